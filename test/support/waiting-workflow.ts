/** A workflow that is pinned to the build that began it, as operations are, and waits to be told to end. */
import { condition, defineQuery, defineSignal, setHandler, setWorkflowOptions } from '@temporalio/workflow';

export const finish = defineSignal('finish');
export const isThere = defineQuery<boolean>('isThere');

export async function waits(): Promise<void> {
  let isTold = false;
  setHandler(isThere, () => true);
  setHandler(finish, () => void (isTold = true));
  await condition(() => isTold);
}

setWorkflowOptions({ versioningBehavior: 'PINNED' }, waits);
