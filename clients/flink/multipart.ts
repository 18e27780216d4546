/** One file as the body of a multipart form: how Flink takes jars. */

/** What a request sends as it is. */
export interface Form {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** A line that no jar holds by chance. */
const boundary = 'drey-7c1f0e5b94d24a3ab8e6-jar';

/** @param name of the file: letters, digits, `-`, `_` and `.`. */
export function jarForm(name: string, jar: Uint8Array): Form {
  const head = [
    `--${boundary}`,
    `content-disposition: form-data; name="jarfile"; filename="${name}"`,
    'content-type: application/x-java-archive',
    '',
    '',
  ].join('\r\n');
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    bytes: Buffer.concat([Buffer.from(head), jar, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}
