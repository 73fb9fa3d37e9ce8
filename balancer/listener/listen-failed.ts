/** Thrown when a listener cannot bind its address. */
export class ListenFailed extends Error {
  readonly code = "listen-failed";
  readonly side = "internal";
  readonly retryable: boolean;

  /** @param what the listener's id, and where it was told to listen */
  constructor(
    what: { readonly id: string; readonly address: string; readonly port: number },
    cause: NodeJS.ErrnoException,
  ) {
    super(
      `Listener "${what.id}" cannot listen on ${what.address}:${what.port}: ${cause.message}. ${nextStep(cause.code)}`,
      { cause },
    );
    this.name = "ListenFailed";
    this.retryable = cause.code === "EADDRINUSE" || cause.code === "EADDRNOTAVAIL";
  }
}

function nextStep(code: string | undefined): string {
  switch (code) {
    case "EADDRINUSE":
      return "Stop what listens there (`ss -ltnp` names it), or choose another port.";
    case "EADDRNOTAVAIL":
      return "Give this machine the address, or listen on 0.0.0.0 so that an address that arrives later is served too.";
    case "EACCES":
      return "Choose a port of 1024 or above, or grant CAP_NET_BIND_SERVICE.";
    default:
      return "Correct the listener's address and port.";
  }
}
