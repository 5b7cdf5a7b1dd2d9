package dev.unmask.bridge.engine.tensorrt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every method of JavaCPP's presets that the engine's classes call exists and has its native
 * function. The list is what the compiler wrote into the class files, so that it is never out of
 * date.
 */
@Tag("tensorrt")
class ITTensorRtSymbols {
  private static final String PACKAGE = "dev/unmask/bridge/engine/tensorrt";

  @BeforeAll
  static void load() throws Exception {
    TensorRtNatives.load();
    for (Class<?> preset :
        new Class<?>[] {
          org.bytedeco.cuda.global.cudart.class,
          org.bytedeco.tensorrt.global.nvinfer.class,
          org.bytedeco.tensorrt.global.nvonnxparser.class
        }) {
      Loader.loadGlobal(Loader.load(preset));
    }
  }

  /** A method that a class file refers to. */
  private record Reference(String owner, String name, String descriptor)
      implements Comparable<Reference> {
    @Override
    public int compareTo(Reference other) {
      return toString().compareTo(other.toString());
    }
  }

  @Test
  void everyMethodOfThePresets_isThere() throws Exception {
    Set<Reference> references = new TreeSet<>();
    for (byte[] classFile : engineClasses()) {
      references.addAll(references(classFile));
    }
    List<String> missing = new ArrayList<>();
    int natives = 0;
    for (Reference reference : references) {
      Method method = method(reference);
      if (method == null) {
        if (!reference.name().equals("<init>")) {
          missing.add("no method " + reference);
        }
      } else if (Modifier.isNative(method.getModifiers())) {
        natives++;
        if (!exported(method, reference.descriptor())) {
          missing.add("no native function of " + reference);
        }
      }
    }
    assertEquals(List.of(), missing);
    assertTrue(natives > 40, natives + " native methods were found");
  }

  private static List<byte[]> engineClasses() throws Exception {
    URI location = PlanBuilder.class.getProtectionDomain().getCodeSource().getLocation().toURI();
    Path path = Path.of(location);
    if (Files.isDirectory(path)) {
      return classes(path.resolve(PACKAGE));
    }
    try (FileSystem jar = FileSystems.newFileSystem(path, Map.of())) {
      return classes(jar.getPath(PACKAGE));
    }
  }

  private static List<byte[]> classes(Path directory) throws IOException {
    List<byte[]> result = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        result.add(Files.readAllBytes(file));
      }
    }
    assertTrue(result.size() > 10, directory + " has " + result.size() + " classes");
    return result;
  }

  /** The presets' methods in a constant pool; JVM specification, 4.4. */
  private static List<Reference> references(byte[] classFile) throws IOException {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(classFile))) {
      in.skipNBytes(8);
      int count = in.readUnsignedShort();
      String[] texts = new String[count];
      int[][] pairs = new int[count][];
      List<Integer> methods = new ArrayList<>();
      for (int i = 1; i < count; i++) {
        int tag = in.readUnsignedByte();
        switch (tag) {
          case 1 -> texts[i] = in.readUTF();
          case 3, 4 -> in.skipNBytes(4);
          case 5, 6 -> {
            in.skipNBytes(8);
            i++;
          }
          case 7, 8, 16, 19, 20 -> pairs[i] = new int[] {in.readUnsignedShort()};
          case 9, 10, 11, 12, 17, 18 -> {
            pairs[i] = new int[] {in.readUnsignedShort(), in.readUnsignedShort()};
            if (tag == 10) {
              methods.add(i);
            }
          }
          case 15 -> in.skipNBytes(3);
          default -> throw new IOException("constant pool tag " + tag);
        }
      }
      List<Reference> result = new ArrayList<>();
      for (int method : methods) {
        String owner = texts[pairs[pairs[method][0]][0]];
        int[] nameAndType = pairs[pairs[method][1]];
        if (owner.startsWith("org/bytedeco/cuda") || owner.startsWith("org/bytedeco/tensorrt")) {
          result.add(new Reference(owner, texts[nameAndType[0]], texts[nameAndType[1]]));
        }
      }
      return result;
    }
  }

  /** The method, of its class or one it extends; null where there is none. */
  private static Method method(Reference reference) throws ClassNotFoundException {
    Class<?> type = Class.forName(reference.owner().replace('/', '.'));
    for (; type != null; type = type.getSuperclass()) {
      for (Method method : type.getDeclaredMethods()) {
        if (method.getName().equals(reference.name())
            && descriptor(method).equals(reference.descriptor())) {
          return method;
        }
      }
    }
    return null;
  }

  private static String descriptor(Method method) {
    StringBuilder text = new StringBuilder("(");
    for (Class<?> parameter : method.getParameterTypes()) {
      text.append(parameter.descriptorString());
    }
    return text.append(')').append(method.getReturnType().descriptorString()).toString();
  }

  /** Whether a loaded library has the function, by its short or its long JNI name. */
  private static boolean exported(Method method, String descriptor) {
    String shortName =
        "Java_" + mangled(method.getDeclaringClass().getName()) + "_" + mangled(method.getName());
    String parameters = descriptor.substring(1, descriptor.indexOf(')'));
    return Loader.addressof(shortName) != null
        || Loader.addressof(shortName + "__" + mangled(parameters)) != null;
  }

  private static String mangled(String text) {
    StringBuilder result = new StringBuilder();
    for (char c : text.toCharArray()) {
      switch (c) {
        case '.', '/' -> result.append('_');
        case '_' -> result.append("_1");
        case ';' -> result.append("_2");
        case '[' -> result.append("_3");
        case '$' -> result.append("_00024");
        default -> result.append(c);
      }
    }
    return result.toString();
  }
}
