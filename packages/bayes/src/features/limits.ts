// How much of a message becomes features. Chosen by what the rest would add on the protocols of docs/decisions/0009-bayes-model.md.

/**
 * Characters of the visible text whose grams are taken. 6,000 are a little better at home, 3,000 for other people's mail.
 */
export const GRAM_CHARACTERS = 4000
/** Characters of the visible text whose words and pairs of words are taken. */
export const WORD_CHARACTERS = 10_000
/** Octets of the raw message: published experiments (Sculley, Cormack 2007) were best around 3,000. */
export const RAW_OCTETS = 2500
/** Characters of the header (route left out) whose grams are taken. */
export const HEADER_GRAM_CHARACTERS = 3000
/** Words of one header field; a Received or References chain has some fifty. */
export const FIELD_WORDS = 200
export const LINKS = 200
