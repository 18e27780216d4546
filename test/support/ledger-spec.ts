/** The ledger job as end-to-end tests run it: small, quick to be stable, with its files in a folder of its own. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { FlinkJobInput } from '../../core/schema/flink-job.ts';
import { e2eJob, smallMemory, type JobWish } from './e2e-job.ts';
import { stateVolume } from './running-stack.ts';

export interface LedgerWish extends JobWish {
  /** Where it writes, and is told how to misbehave; its name unless said otherwise. */
  readonly folder?: string;
  /** The folder from which it is told how to misbehave; that where it writes unless said otherwise. */
  readonly controlledFrom?: string;
  /** More arguments of the job. */
  readonly args?: readonly string[];
  readonly upgrade?: FlinkJobInput['spec']['upgrade'];
  readonly configuration?: Readonly<Record<string, string>>;
}

/** Where the ledger of this name is, as this machine sees it. */
export function ledgerFolders(name: string) {
  const folder = join(stateVolume(), 'ledger', name);
  return { folder, out: join(folder, 'out'), control: join(folder, 'control') };
}

/** Takes away what an earlier run of the same name has left. */
export function removeLedger(name: string): void {
  rmSync(ledgerFolders(name).folder, { recursive: true, force: true });
}

/** Where the development image has it. */
export const ledgerProgram = {
  jarUri: 'local:///opt/flink/examples/drey/ledger-job.jar',
  entryClass: 'dev.drey.ledger.LedgerJob',
};

const inPod = (folder: string) => `/flink-state/ledger/${folder}`;

/** A complete spec. A checkpoint every second, so that there is always one to go on from. */
export function ledgerJob(name: string, wish: LedgerWish = {}): FlinkJobInput {
  const { args = [], upgrade, configuration, folder = name, controlledFrom = folder, ...rest } = wish;
  const job = e2eJob(name, rest);
  return {
    ...job,
    spec: {
      ...job.spec,
      flink: {
        ...job.spec.flink,
        configuration: { ...smallMemory, 'execution.checkpointing.interval': '1s', ...configuration },
      },
      job: {
        ...wish.job,
        ...ledgerProgram,
        args: [
          '--rate',
          '500',
          '--out',
          `${inPod(folder)}/out`,
          '--control',
          `${inPod(controlledFrom)}/control`,
          ...args,
        ],
      },
      upgrade: { stableAfter: '1s', ...upgrade },
    },
  };
}
