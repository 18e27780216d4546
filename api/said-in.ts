/** What a request without a body says. */

/** The query makes another request: with the key of one without it, it is refused. A dry run is the same request, not made. */
export function saidIn({ dryRun: _dryRun, ...query }: Readonly<Record<string, string | undefined>>): Buffer {
  const said = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== 'false') said.set(name, value);
  said.sort();
  return Buffer.from(said.toString());
}
