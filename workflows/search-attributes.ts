/** The search attributes by which people find jobs and operations in the Temporal UI. */
import { defineSearchAttributeKey } from '@temporalio/common';

export const searchTenant = defineSearchAttributeKey('DreyTenant', 'KEYWORD');
export const searchJob = defineSearchAttributeKey('DreyJob', 'KEYWORD');
export const searchCluster = defineSearchAttributeKey('DreyCluster', 'KEYWORD');
/** A job's phase, such as RUNNING. */
export const searchPhase = defineSearchAttributeKey('DreyPhase', 'KEYWORD');
/** An operation's kind, such as deploy. */
export const searchOperation = defineSearchAttributeKey('DreyOperation', 'KEYWORD');
