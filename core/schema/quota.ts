/** Quotas as people write them. */
import { z } from 'zod';
import type { QuotaLimits } from '../scaling/quota-room.ts';
import { cpuPattern, memoryPattern, parseCpuCores, parseMemoryBytes } from '../spec/quantity.ts';

/** Of a tenant, or of a cluster. Without a field, as much as there is. */
export const sharedQuotaSchema = z
  .strictObject({
    slots: z.int().min(0).max(10_000_000).optional().describe('The slots that they use.'),
    cpu: z
      .string()
      .regex(cpuPattern, 'must be cores such as "40" or "500m", in quotes')
      .optional()
      .describe('The CPU that they request.'),
    memory: z.string().regex(memoryPattern, 'must be a size such as 256Gi').optional().describe('Their memory.'),
  })
  .describe(
    'What all TaskManagers together may take by what autoscalers decide; nothing that people apply is refused by it.',
  );

/** As it is kept. */
export type QuotaWritten = z.output<typeof sharedQuotaSchema>;

/** In numbers. */
export function quotaLimits({
  slots,
  cpu,
  memory,
}: { [K in keyof QuotaWritten]?: QuotaWritten[K] | undefined }): QuotaLimits {
  return {
    ...(slots !== undefined && { slots }),
    ...(cpu !== undefined && { cpuCores: parseCpuCores(cpu) }),
    ...(memory !== undefined && { memoryBytes: parseMemoryBytes(memory) }),
  };
}
