// What becomes an `error` message: its kind, and a message that says what to do.

final class Failure extends Exception {
    private static final long serialVersionUID = 1;

    final String kind;

    Failure(String kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    static Failure of(Throwable error) {
        Throwable cause = error;
        while (!(cause instanceof Failure) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof Failure) {
            return (Failure) cause;
        }
        // It is thrown where no more threads can be made, too.
        boolean isLimit = cause instanceof OutOfMemoryError || String.valueOf(cause.getMessage()).contains("Too many open files");
        return new Failure(isLimit ? "limit" : "crash", cause.toString());
    }

    static Failure ofTask(int index, Throwable error) {
        Failure failure = of(error);
        return new Failure(failure.kind, "task " + index + ": " + failure.getMessage());
    }
}
