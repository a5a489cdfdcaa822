// The numbers and letters of the wire, under the names of libmilter's mfdef.h (sendmail 8.17) and Postfix's milter8.c.

/** Commands: MTA to filter. */
export const SMFIC = {
  ABORT: 'A',
  BODY: 'B',
  CONNECT: 'C',
  MACRO: 'D',
  BODYEOB: 'E',
  HELO: 'H',
  QUIT_NC: 'K',
  HEADER: 'L',
  MAIL: 'M',
  EOH: 'N',
  OPTNEG: 'O',
  QUIT: 'Q',
  RCPT: 'R',
  DATA: 'T',
  UNKNOWN: 'U',
} as const

/** Replies and modifications: filter to MTA. */
export const SMFIR = {
  ADDRCPT: '+',
  DELRCPT: '-',
  ADDRCPT_PAR: '2',
  SHUTDOWN: '4',
  ACCEPT: 'a',
  REPLBODY: 'b',
  CONTINUE: 'c',
  DISCARD: 'd',
  CHGFROM: 'e',
  CONN_FAIL: 'f',
  ADDHEADER: 'h',
  INSHEADER: 'i',
  SETSYMLIST: 'l',
  CHGHEADER: 'm',
  PROGRESS: 'p',
  QUARANTINE: 'q',
  REJECT: 'r',
  SKIP: 's',
  TEMPFAIL: 't',
  REPLYCODE: 'y',
} as const

/** Actions: what a filter may do to a message. */
export const SMFIF = {
  ADDHDRS: 0x001,
  CHGBODY: 0x002,
  ADDRCPT: 0x004,
  DELRCPT: 0x008,
  CHGHDRS: 0x010,
  QUARANTINE: 0x020,
  CHGFROM: 0x040,
  ADDRCPT_PAR: 0x080,
  SETSYMLIST: 0x100,
} as const

/** Steps: what the MTA need not send, what it need not wait for, and what else the two agree on. */
export const SMFIP = {
  NOCONNECT: 0x1,
  NOHELO: 0x2,
  NOMAIL: 0x4,
  NORCPT: 0x8,
  NOBODY: 0x10,
  NOHDRS: 0x20,
  NOEOH: 0x40,
  NR_HDR: 0x80,
  NOUNKNOWN: 0x100,
  NODATA: 0x200,
  SKIP: 0x400,
  RCPT_REJ: 0x800,
  NR_CONN: 0x1000,
  NR_HELO: 0x2000,
  NR_MAIL: 0x4000,
  NR_RCPT: 0x8000,
  NR_DATA: 0x1_0000,
  NR_UNKN: 0x2_0000,
  NR_EOH: 0x4_0000,
  NR_BODY: 0x8_0000,
  HDR_LEADSPC: 0x10_0000,
  MDS_256K: 0x1000_0000,
  MDS_1M: 0x2000_0000,
} as const

/** Stages for which a filter can ask for macros, as SETSYMLIST numbers them. */
export const SMFIM = {
  connect: 0,
  helo: 1,
  mail: 2,
  recipient: 3,
  data: 4,
  endOfMessage: 5,
  endOfHeader: 6,
} as const

/** A stage for which a filter can ask for macros. */
export type MacroStage = keyof typeof SMFIM

/** All actions that change a message. */
export const allActions = 0xff

/** The lowest version that MTAs of this century speak, and the highest there is. */
export const versions = { lowest: 2, highest: 6 } as const
