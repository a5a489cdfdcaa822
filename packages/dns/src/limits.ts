// The numbers that bound what this package asks, waits for and keeps, each with its source.

/** RFC 1035 §2.3.4: bytes in a label. */
export const LABEL_BYTES = 63

/** RFC 1035 §2.3.4 allows 255 bytes on the wire: 253 characters of text, the length bytes of first label and root aside. */
export const NAME_CHARACTERS = 253

/** RFC 6891 §6.2.5 lets us choose; 1232 is what fits an IPv6 packet of the least MTU (1280), the advice of DNS Flag Day 2020. */
export const UDP_PAYLOAD_BYTES = 1232

/** RFC 1035 §4.2.1: the size of a datagram that a server may send to a client without EDNS. */
export const PLAIN_UDP_PAYLOAD_BYTES = 512

/** RFC 1035 §4.2.2: the length before a message on TCP has 16 bits. */
export const TCP_MESSAGE_BYTES = 65_535

/** Records of one reply. Ours: more than the largest answers seen, and it bounds what a hostile message costs to decode. */
export const REPLY_RECORDS = 2_048

/** CNAMEs followed for one question: the bound of unbound and of BIND 9 (max-query-restarts). RFC 1034 §5.2.2 asks for one. */
export const CNAME_CHAIN = 11

/** resolv.conf(5): MAXNS, further nameserver lines are ignored. */
export const RESOLV_CONF_SERVERS = 3

/** resolv.conf(5): seconds for one attempt (RES_TIMEOUT) and its cap (RES_MAXRETRANS). */
export const ATTEMPT_SECONDS = 5
export const ATTEMPT_SECONDS_CAP = 30

/** resolv.conf(5): rounds over the servers (RES_DFLRETRY) and its cap (RES_MAXRETRY). */
export const ATTEMPTS = 2
export const ATTEMPTS_CAP = 5

/** RFC 1035 §4.2: the port of DNS servers. */
export const DNS_PORT = 53

/** For one question with all its retries. Ours: half of the 20 seconds that RFC 7208 §4.6.4 wants for a whole SPF check. */
export const QUERY_DEADLINE_MS = 10_000

/**
 * Questions on the wire at once, each with a socket of its own. Ours: well under the usual 1,024 open files, and what the
 * receive buffer of a server on this host holds at once. Half are kept for messages that have none there, so that 100 of
 * them (Postfix's default_process_limit) whose domains are all silent leave room for another one.
 */
export const IN_FLIGHT = 256

/** Questions that wait for their turn; further ones fail at once. Ours: some 10 MB. */
export const WAITING = 10_000

/** Seconds an answer is kept at most: a day, as unbound's cache-max-ttl. RFC 2181 §8 leaves the cap to us. */
export const CACHE_TTL_SECONDS = 86_400

/** Seconds "no such thing" is kept at most. RFC 2308 §5 suggests up to 3 hours; ours is short, as a sender mends its DNS and retries. */
export const CACHE_NEGATIVE_TTL_SECONDS = 900

/** Milliseconds a temperror is kept. RFC 2308 §7.1 allows 5 minutes; ours spares a dead server the rush and no more. */
export const CACHE_TEMPERROR_MS = 1_000

/** Approximate bytes of a cache: some 40,000 answers. */
export const CACHE_BYTES = 16 * 1024 * 1024
