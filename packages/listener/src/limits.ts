/** Longest path of a UNIX socket, in bytes: sun_path of unix(7) has 108 with the NUL. */
export const socketPathBytes = 107

/** Connections that the system completes before we accept them (it cuts this to its own limit): a restart meets all smtpd at once. */
export const backlog = 4096
