/** Who leads a Flink cluster with high availability, by what the leader itself has published. */

/** Of a dispatcher: `UUID,pekko.tcp://flink@10.1.2.3:6123/user/rpc/dispatcher_1`. */
const dispatcher = /@(\S+):\d+\/user\/rpc\/dispatcher/;

/**
 * The address of the leader's pod.
 * @param published the data of Flink's ConfigMap `<cluster-id>-cluster-config-map`.
 * @returns undefined while nobody leads.
 */
export function leaderAddress(published: Readonly<Record<string, string>>): string | undefined {
  return Object.values(published).flatMap((value) => dispatcher.exec(value)?.[1] ?? [])[0];
}
