/** What the API answers when it refuses or cannot: problem+json (RFC 9457) with a stable code and a cure. */
import type { SpecProblem } from '../core/spec/problem.ts';

/** All problems. Scripts match on the code, so none is ever renamed. */
export const problemKinds = {
  MALFORMED_REQUEST: { status: 400, title: 'The request cannot be read' },
  INVALID_PARAMETER: { status: 400, title: 'A parameter is not valid' },
  NOT_AUTHENTICATED: { status: 401, title: 'A valid token is needed' },
  ROLE_TOO_LOW: { status: 403, title: 'This token may not do that' },
  OTHER_TENANT: { status: 403, title: 'This token is for another tenant' },
  OTHER_CLUSTER: { status: 403, title: 'This token is for another cluster' },
  NAMESPACE_NOT_GRANTED: { status: 403, title: 'The tenant may not use this namespace' },
  NO_SUCH_ROUTE: { status: 404, title: 'There is nothing at this path' },
  NO_SUCH_JOB: { status: 404, title: 'There is no such job' },
  NO_SUCH_OPERATION: { status: 404, title: 'The job has no such operation' },
  NO_SUCH_SAVEPOINT: { status: 404, title: 'The job has no such savepoint' },
  NO_SUCH_DECISION: { status: 404, title: 'The autoscaler has made no such decision' },
  NO_SUCH_CLUSTER: { status: 404, title: 'There is no such cluster' },
  NO_SUCH_TENANT: { status: 404, title: 'There is no such tenant' },
  NO_SUCH_STREAM: { status: 404, title: 'Nobody waits for this stream' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'This path does not take that method' },
  KEY_REUSED: { status: 409, title: 'The idempotency key was used for another request' },
  BEING_REMOVED: { status: 409, title: 'The job is being removed' },
  IMMUTABLE_FIELD: { status: 409, title: 'A field cannot be changed' },
  OPERATION_ENDED: { status: 409, title: 'The operation has ended' },
  TOO_LATE: { status: 409, title: 'The operation cannot be given up any more' },
  NO_EARLIER_REVISION: { status: 409, title: 'There is no revision to go back to' },
  SAVEPOINT_IN_USE: { status: 409, title: 'The job may need this savepoint' },
  SAVEPOINT_NEEDED: { status: 409, title: 'Another job may start from this savepoint' },
  CANDIDATE_WAITS: { status: 409, title: 'A candidate waits for a verdict' },
  NO_CANDIDATE: { status: 409, title: 'The job has no candidate' },
  QUEUE_FULL: { status: 409, title: 'Too many operations wait' },
  NO_WORKFLOW: { status: 409, title: 'The job has lost its workflow' },
  NOTHING_RECORDED: { status: 409, title: 'Nothing is kept of that time' },
  AUTOSCALER_OFF: { status: 409, title: 'The job has no autoscaler' },
  JOB_NOT_REMOVED: { status: 409, title: 'The job is not removed' },
  LOGS_UNAVAILABLE: { status: 409, title: 'The log cannot be read' },
  PRECONDITION_FAILED: { status: 412, title: 'The job is at another revision' },
  TOO_LARGE: { status: 413, title: 'The request is too large' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'The body has a type that is not understood' },
  SPEC_REFUSED: { status: 422, title: 'The spec is not valid' },
  POLICY_REFUSED: { status: 422, title: 'The policy is not valid' },
  INVALID_BODY: { status: 422, title: 'The body is not valid' },
  CLUSTER_UNKNOWN: { status: 422, title: 'The spec names a cluster that is not known' },
  INTERNAL: { status: 500, title: 'Drey failed to answer' },
  NOT_YET_ACCEPTED: { status: 503, title: 'Not yet accepted' },
  RECORDS_BEHIND: { status: 503, title: 'Too many records wait for PostgreSQL' },
  RECORDS_AWAY: { status: 503, title: 'PostgreSQL is away' },
  WORKFLOWS_AWAY: { status: 503, title: 'Temporal or the workers are away' },
  AGENT_GONE: { status: 503, title: 'No agent is connected for this cluster' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problemKinds;

export interface ProblemExtras {
  /** One sentence: what the reader can do. */
  readonly cure: string;
  readonly problems?: readonly SpecProblem[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** Thrown by handlers; the error handler answers with it. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly extras: ProblemExtras;

  constructor(code: ProblemCode, detail: string, extras: ProblemExtras) {
    super(detail, { cause: extras.cause });
    this.code = code;
    this.extras = extras;
  }

  get status(): number {
    return problemKinds[this.code].status;
  }

  /** The body of the answer. */
  toBody(requestId: string): Record<string, unknown> {
    const { cure, problems } = this.extras;
    return {
      type: `urn:drey:problem:${this.code}`,
      title: problemKinds[this.code].title,
      status: this.status,
      detail: this.message,
      code: this.code,
      cure,
      ...(problems === undefined ? {} : { problems }),
      requestId,
    };
  }

  /** Every 503 says when to come again. */
  get headers(): Readonly<Record<string, string>> {
    return { ...(this.status === 503 ? { 'retry-after': '1' } : {}), ...this.extras.headers };
  }
}
