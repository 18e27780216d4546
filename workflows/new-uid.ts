/** A random name that nothing else has had. */
import { uuid4 } from '@temporalio/workflow';

/** 8 letters from a to p: 32 random bits in a form that may stand anywhere in a Kubernetes name. */
export function newUid(): string {
  const digits = uuid4().replaceAll('-', '').slice(0, 8);
  return digits.replaceAll(/./g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 16)));
}
