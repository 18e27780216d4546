/** From a document to the job that it is about, and to what is sent. */
import type { JobRef } from '../clients/drey/paths.ts';
import { askedJobs, type AskedJob, type Asking } from './asking.ts';
import type { Context } from './context.ts';
import type { SpecDocument } from './documents.ts';
import { usageError } from './errors.ts';

export interface ApplyTarget extends AskedJob {
  readonly document: SpecDocument;
}

/** The jobs that documents are about, each with what it is asked for with. */
export function targetsOf(
  context: Pick<Context, 'config'>,
  documents: readonly SpecDocument[],
  asking: Asking,
): ApplyTarget[] {
  return askedJobs(
    asking,
    documents.map((document) => ({ document, ref: refOf(context, document) })),
  );
}

/** The job that a document is about. A tenant named by flag must be the document's, as with kubectl's namespace. */
export function refOf({ config }: Pick<Context, 'config'>, document: SpecDocument): JobRef {
  const tenant = document.tenant ?? config.tenant;
  if (config.tenantIsExplicit && tenant !== config.tenant) {
    throw usageError(
      `${document.source}: its tenant is "${tenant}", not "${config.tenant}" as --tenant says`,
      'Leave --tenant out, or change metadata.tenant.',
    );
  }
  return { tenant, name: document.name };
}

/** What is sent: the document with its tenant written out. */
export function bodyOf(document: SpecDocument, tenant: string): unknown {
  return { ...document.body, metadata: { ...document.metadata, tenant } };
}
