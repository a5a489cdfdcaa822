// Where opendkim and we differ, and why. The first reason whose test says yes counts.

const reasons = []

/** The reason for a difference; undefined when there is none. */
export function explain(difference) {
  return reasons.find(({ test }) => test(difference))?.reason
}
