package dev.lockstep.collectives;

import org.jspecify.annotations.Nullable;

/** Says that an operation between workers failed. The group it happened in is of no further use. */
public abstract sealed class CollectiveException extends RuntimeException
        permits PeerLostException,
                MismatchException,
                CollectiveTimeoutException,
                GroupAbortedException,
                FencedException {
    private static final long serialVersionUID = 1L;

    private final String text;

    CollectiveException(String message, @Nullable Throwable cause) {
        super(message, cause);
        this.text = message;
    }

    /** {@return what failed, where and why; never null} */
    @Override
    public final String getMessage() {
        return text;
    }

    /** {@return the same failure as seen by the operation {@code where}: of the same kind, with this one as cause} */
    public final CollectiveException during(String where) {
        String message = where + ": " + getMessage();
        return switch (this) {
            case PeerLostException lost -> new PeerLostException(lost.peer(), lost.address(), message, this);
            case MismatchException _ -> new MismatchException(message, this);
            case CollectiveTimeoutException _ -> new CollectiveTimeoutException(message, this);
            case GroupAbortedException _ -> new GroupAbortedException(message, this);
            case FencedException _ -> new FencedException(message, this);
        };
    }
}
