/** What a pod's status and events say about why it does not run. Only what is read is named here. */

interface ContainerStateSeen {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt?: string };
  readonly terminated?: {
    readonly exitCode: number;
    readonly reason?: string;
    readonly message?: string;
    readonly signal?: number;
    readonly finishedAt?: string;
  };
}

export interface ContainerStatusSeen {
  readonly name: string;
  readonly image: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly state?: ContainerStateSeen;
  readonly lastState?: ContainerStateSeen;
}

interface ContainerSeen {
  readonly name: string;
  readonly resources?: { readonly limits?: Readonly<Record<string, string>> };
}

/** The part of a Kubernetes Pod that the diagnosis reads. */
export interface PodSeen {
  readonly metadata: {
    readonly name: string;
    readonly uid?: string;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly kind: string }[];
  };
  readonly spec?: {
    readonly nodeName?: string;
    readonly initContainers?: readonly ContainerSeen[];
    readonly containers: readonly ContainerSeen[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
      readonly lastTransitionTime?: string;
    }[];
    readonly initContainerStatuses?: readonly ContainerStatusSeen[];
    readonly containerStatuses?: readonly ContainerStatusSeen[];
  };
}

/** The part of a Kubernetes Event that the diagnosis reads. */
export interface EventSeen {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly firstTimestamp?: string | null;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly involvedObject: { readonly kind?: string; readonly name?: string; readonly uid?: string };
}
