/** Ports that every pod of ours listens on: fixed, so that Services and network policies can name them. */
export const ports = {
  rest: 8081,
  rpc: 6123,
  blob: 6124,
  /** Flink's internal metric queries; a random port would not be reachable through the Service. */
  query: 6125,
  taskManagerData: 6121,
  taskManagerRpc: 6122,
  prometheus: 9249,
} as const;
