/** The search attributes by which people find jobs and operations in the Temporal UI. */
import { defineSearchAttributeKey } from '@temporalio/common';
import { searchAttributes } from '../core/names.ts';

export const searchTenant = defineSearchAttributeKey('DreyTenant', 'KEYWORD');
export const searchJob = defineSearchAttributeKey('DreyJob', 'KEYWORD');
export const searchCluster = defineSearchAttributeKey(searchAttributes.cluster, 'KEYWORD');
/** A job's phase, such as RUNNING. */
export const searchPhase = defineSearchAttributeKey(searchAttributes.phase, 'KEYWORD');
/** An operation's kind, such as deploy. */
export const searchOperation = defineSearchAttributeKey('DreyOperation', 'KEYWORD');
