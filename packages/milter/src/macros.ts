// Macros: what the MTA knows besides the command's own arguments. They come in a frame before the command they belong to.

import { SMFIC } from './constants.ts'
import type { ByteString } from './octets.ts'

/** Stages in the order in which their macros are looked for: the latest first, as libmilter's smfi_getsymval does. */
const searchOrder = [
  SMFIC.BODYEOB,
  SMFIC.BODY,
  SMFIC.EOH,
  SMFIC.HEADER,
  SMFIC.DATA,
  SMFIC.RCPT,
  SMFIC.MAIL,
  SMFIC.UNKNOWN,
  SMFIC.HELO,
  SMFIC.CONNECT,
] as const

const known: ReadonlySet<string> = new Set(searchOrder)

/** The macros of a connection or of a message, by the command they came before. Read only when somebody asks. */
export class Macros {
  private readonly outer: Macros | undefined
  /** By command: the frame's data as they came, or the macros read from them. */
  private readonly stages = new Map<string, ByteString | Map<string, ByteString>>()

  /** `outer`: where to look for what is not here. */
  constructor(outer?: Macros) {
    this.outer = outer
  }

  /** `text`: name NUL value NUL ... The last set of a stage replaces those before. Stages unknown to us are left out. */
  set(command: string, text: ByteString): void {
    if (known.has(command)) this.stages.set(command, text)
  }

  /** `i` and `{i}` are the same name. */
  get(name: string): ByteString | undefined {
    const bare = bareName(name)
    for (const command of searchOrder) {
      let stage = this.stages.get(command)
      if (stage === undefined) continue
      if (typeof stage === 'string') {
        stage = readMacros(stage)
        this.stages.set(command, stage)
      }
      const value = stage.get(bare)
      if (value !== undefined) return value
    }
    return this.outer?.get(bare)
  }
}

/** Whether macros that came before this command belong to the connection; else to the message. */
export const isConnectionStage = (command: string): boolean =>
  command === SMFIC.CONNECT || command === SMFIC.HELO

const bareName = (name: string) => (name.startsWith('{') && name.endsWith('}') ? name.slice(1, -1) : name)

/** A name without a value is left out. */
function readMacros(text: ByteString): Map<string, ByteString> {
  const macros = new Map<string, ByteString>()
  const parts = text.split('\0')
  for (let at = 0; at + 2 < parts.length; at += 2) macros.set(bareName(parts[at]!), parts[at + 1]!)
  return macros
}

/** How a name is written in a request for macros: in braces unless it is one character. */
export const formatMacroName = (name: string): string => {
  const bare = bareName(name)
  return bare.length === 1 ? bare : `{${bare}}`
}
