/** Found out while the check ran: what it needs is not there. The arm is skipped, with the reason. */
export class NeedUnmetError extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'NeedUnmetError'
  }
}
