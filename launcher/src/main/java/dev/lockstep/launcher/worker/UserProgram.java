package dev.lockstep.launcher.worker;

import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;

/** A program's main method, found by the rules of Java 25: static or not, with or without arguments. */
final class UserProgram {
    private final Class<?> type;
    private final Method main;

    private UserProgram(Class<?> type, Method main) {
        this.type = type;
        this.main = main;
    }

    /**
     * Finds the main method of a class on the class path.
     *
     * @throws LaunchException if there is no such class or it has no main method
     */
    static UserProgram of(String className) {
        Class<?> type = load(className);
        for (Class<?> at = type; at != null; at = at.getSuperclass()) {
            for (Class<?>[] parameters : List.<Class<?>[]>of(new Class<?>[] {String[].class}, new Class<?>[0])) {
                var found = declared(at, parameters);
                if (!found.isEmpty()) {
                    return new UserProgram(type, found.getFirst());
                }
            }
        }
        throw new LaunchException(
                ExitCode.USAGE, className + " has no main method: expected `public static void main(String[] args)`");
    }

    /** Calls the main method; what it throws is passed on as it is. */
    void run(List<String> arguments) throws Throwable {
        main.setAccessible(true);
        Object self = Modifier.isStatic(main.getModifiers()) ? null : create();
        List<Object> values = new ArrayList<>();
        if (main.getParameterCount() == 1) {
            values.add(arguments.toArray(String[]::new));
        }
        try {
            main.invoke(self, values.toArray());
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    private Object create() throws ReflectiveOperationException {
        Constructor<?> constructor = type.getDeclaredConstructor();
        constructor.setAccessible(true);
        return constructor.newInstance();
    }

    private static List<Method> declared(Class<?> type, Class<?>[] parameters) {
        List<Method> found = new ArrayList<>();
        for (Method method : type.getDeclaredMethods()) {
            boolean fits = method.getName().equals("main")
                    && method.getReturnType() == void.class
                    && !Modifier.isPrivate(method.getModifiers())
                    && java.util.Arrays.equals(method.getParameterTypes(), parameters);
            if (fits) {
                found.add(method);
            }
        }
        return found;
    }

    private static Class<?> load(String className) {
        try {
            return Class.forName(className);
        } catch (ClassNotFoundException e) {
            throw new LaunchException(
                    ExitCode.USAGE, "there is no class " + className + " on the class path: see --class-path", e);
        } catch (UnsupportedClassVersionError e) {
            throw new LaunchException(
                    ExitCode.USAGE, className + " was compiled for a newer Java: " + e.getMessage(), e);
        }
    }
}
