/** A header field that a message should get. Its text is made when it is given out, as most are due once for many recipients. */
export interface MessageHeader {
  /** `Received-SPF`: a message gets one field of a name. */
  readonly name: string
  /** The whole field on one line, name and all. */
  format(): string
}
