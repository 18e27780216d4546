/** Loaded before a process's own code: what `Date` says of now is wrong by `DREY_TEST_CLOCK_SHIFT_MS`, as on a machine whose clock is. */
const shiftMs = Number(process.env.DREY_TEST_CLOCK_SHIFT_MS);
const RightDate = Date;

globalThis.Date = class Date extends RightDate {
  constructor(...args) {
    if (args.length === 0) super(RightDate.now() + shiftMs);
    else super(...args);
  }

  static now() {
    return RightDate.now() + shiftMs;
  }
};
