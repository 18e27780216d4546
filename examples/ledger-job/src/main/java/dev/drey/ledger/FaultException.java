package dev.drey.ledger;

/** A failure that was asked for; its message names the option or control file that did. */
public final class FaultException extends RuntimeException {
  private static final long serialVersionUID = 1;

  FaultException(String message) {
    super(message);
  }
}
