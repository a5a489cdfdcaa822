/** Octets of one message that are held; what is behind them is passed over. A filter looks at far less. */
export const MESSAGE_OCTETS = 32 * 1024 * 1024

/** Octets that are read at once. */
export const CHUNK_OCTETS = 256 * 1024

/** Files up to so many octets are read ahead, whole; others as a stream when it is their turn. */
export const SMALL_FILE_OCTETS = 1024 * 1024

/** Files of each class that are read ahead. They hide the latency of a disk; their memory is bounded by SMALL_FILE_OCTETS. */
export const READ_AHEAD_FILES = 16

/**
 * Messages handed to the filter whose answer is not there yet. They share a commit of the store: five in place of eighty for five
 * thousand messages, which a disk with slow syncs feels, and a quick one does not (measured).
 */
export const IN_FLIGHT_MESSAGES = 1000

/** Octets of all those messages. */
export const IN_FLIGHT_OCTETS = 64 * 1024 * 1024

/** An archive in an archive in an archive is nobody's mail. */
export const ARCHIVE_DEPTH = 2
