/**
 * Feature `forecast`: what the sources took in at each half hour of the days before. It may only make a scale-up come
 * earlier or go higher, or hold a scale-down back: the veto rule of Turbine (ICDE 2020). It is not trusted while today is
 * unlike the days before.
 */
import type { SeasonSlot } from './memory.ts';

const slotMs = 30 * 60_000;
const slotsOfDay = 48;
/** How much yesterday weighs among the days before. */
const newestWeight = 0.6;
/** How unlike the days before today may be. */
const mostUnlike = 1.35;

type Season = readonly (SeasonSlot | null)[];

/** With the rate of this moment. */
export function learnSeason(season: Season | undefined, rate: number, nowMs: number): Season {
  const slots = season ?? Array.from({ length: slotsOfDay }, () => null);
  const at = slotAt(nowMs);
  return slots.map((slot, index) => (index === at ? withRate(slot, rate, dayAt(nowMs)) : slot));
}

function withRate(slot: SeasonSlot | null, rate: number, day: number): SeasonSlot {
  if (slot === null) return { day, today: rate };
  if (slot.day === day) return { ...slot, today: Math.max(slot.today, rate) };
  const usual = slot.usual === undefined ? slot.today : slot.usual + newestWeight * (slot.today - slot.usual);
  return { day, today: rate, usual };
}

/** The largest rate to be expected from now on within a time; undefined where that is not known, or not to be trusted. */
export function expectedWithin(
  season: Season | undefined,
  rate: number,
  nowMs: number,
  withinMs: number,
): number | undefined {
  if (season === undefined) return undefined;
  const like = likeness(season, rate, nowMs);
  if (like === undefined) return undefined;
  const count = Math.ceil(withinMs / slotMs);
  const ahead = Array.from({ length: count }, (_, index) => usualAt(season, nowMs + (index + 1) * slotMs));
  return ahead.every((one) => one !== undefined) ? like * Math.max(...ahead) : undefined;
}

/** Today against the days before, by this slot; undefined where they are not alike. */
function likeness(season: Season, rate: number, nowMs: number): number | undefined {
  const usual = usualAt(season, nowMs);
  const before = usualAt(season, nowMs - slotMs);
  if (usual === undefined || before === undefined) return undefined;
  const passed = (nowMs % slotMs) / slotMs;
  const like = rate / Math.max(1, before + passed * (usual - before));
  return like <= mostUnlike && like >= 1 / mostUnlike ? like : undefined;
}

/** What was usual at a time, before the day of that time. */
function usualAt(season: Season, atMs: number): number | undefined {
  const slot = season[slotAt(atMs)];
  if (!slot) return undefined;
  return slot.day < dayAt(atMs) ? slot.today : slot.usual;
}

function slotAt(atMs: number): number {
  return Math.floor(atMs / slotMs) % slotsOfDay;
}

function dayAt(atMs: number): number {
  return Math.floor(atMs / (slotMs * slotsOfDay));
}
