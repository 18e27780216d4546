/** Flink's container in JobManager and TaskManager pods: the name that other operators' users know from their pod templates. */
export const mainContainerName = 'flink-main-container';
