// How much of a message becomes features. Chosen by what the rest would add on the protocols of docs/decisions/0009-bayes-model.md.

/** Characters of the visible text whose grams are taken. More than 6,000 brought nothing, 3,000 loses a little. */
export const GRAM_CHARACTERS = 6000
/** Words of which the pairs are taken. */
export const PAIR_WORDS = 2000
/** Octets of the raw message: the figure of the published experiments (Sculley, Cormack 2007), confirmed here. */
export const RAW_OCTETS = 3000
/** Characters of the header (route left out) whose grams are taken. */
export const HEADER_GRAM_CHARACTERS = 3000
/** Words of one header field; a Received or References chain has some fifty. */
export const FIELD_WORDS = 200
export const LINKS = 200
