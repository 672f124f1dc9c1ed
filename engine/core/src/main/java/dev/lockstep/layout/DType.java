package dev.lockstep.layout;

/** Names the type of a tensor's elements. */
public enum DType {
    F32(4, Category.FLOATING),
    F64(8, Category.FLOATING),
    BF16(2, Category.FLOATING),
    F16(2, Category.FLOATING),
    I8(1, Category.INTEGRAL),
    U8(1, Category.INTEGRAL),
    I16(2, Category.INTEGRAL),
    I32(4, Category.INTEGRAL),
    I64(8, Category.INTEGRAL),
    BOOL(1, Category.BOOLEAN);

    /** The rank of a dtype in promotion: a higher category wins over a lower one. */
    public enum Category {
        BOOLEAN,
        INTEGRAL,
        FLOATING
    }

    private final int sizeBytes;
    private final Category category;

    DType(int sizeBytes, Category category) {
        this.sizeBytes = sizeBytes;
        this.category = category;
    }

    /** {@return the bytes of one element} */
    public int sizeBytes() {
        return sizeBytes;
    }

    /** {@return the promotion category} */
    public Category category() {
        return category;
    }

    /** {@return whether elements are floating-point numbers} */
    public boolean isFloating() {
        return category == Category.FLOATING;
    }

    /** {@return the name that a safetensors header and the weights digest use; it equals the constant's name} */
    public String safetensorsName() {
        return name();
    }
}
