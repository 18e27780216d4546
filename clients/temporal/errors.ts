/** Tells why a call to Temporal failed. */
import {
  isGrpcServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';

/** gRPC: CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, UNAVAILABLE. */
const laterCodes = [1, 2, 4, 8, 10, 14];

/** Whether the same call may succeed later: no answer in time, not reachable, or too much at once. */
export function isTemporalAway(error: unknown): boolean {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
  const grpc = grpcErrorOf(error);
  return grpc !== undefined && laterCodes.includes(grpc.code);
}

/** Whether no such workflow runs. */
export function isWorkflowGone(error: unknown): boolean {
  return error instanceof WorkflowNotFoundError || grpcErrorOf(error)?.code === 5;
}

/** The gRPC error itself or the one that the client wrapped. */
function grpcErrorOf(error: unknown): { readonly code: number } | undefined {
  if (isGrpcServiceError(error)) return error;
  return error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : undefined;
}
