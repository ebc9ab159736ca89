// JSON as the protocol has it: the JDK has none.

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

final class Json {
    /** A number of 64 bits without a sign. */
    static final class Unsigned {
        final long bits;

        Unsigned(long bits) {
            this.bits = bits;
        }
    }

    private final String text;
    private int place;

    private Json(String text) {
        this.text = text;
    }

    static Object read(String text) {
        Json json = new Json(text);
        Object value = json.value();
        if (json.next() != 0) {
            throw json.wrong("the end");
        }
        return value;
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> object(Object value) {
        if (value == null) {
            return new LinkedHashMap<>();
        }
        if (value instanceof Map) {
            return (Map<String, Object>) value;
        }
        throw new IllegalArgumentException("an object is expected");
    }

    private IllegalArgumentException wrong(String expected) {
        return new IllegalArgumentException(expected + " is expected at character " + place);
    }

    /** The next character that is no space; 0 at the end. */
    private char next() {
        while (place < text.length() && Character.isWhitespace(text.charAt(place))) {
            place++;
        }
        return place < text.length() ? text.charAt(place) : 0;
    }

    private void take(char expected) {
        if (next() != expected) {
            throw wrong("`" + expected + "`");
        }
        place++;
    }

    private Object value() {
        switch (next()) {
            case '{': {
                Map<String, Object> object = new LinkedHashMap<>();
                for (char before = '{'; before == '{' ? !isEmpty('}') : next() == ','; before = ',') {
                    place++;
                    next();
                    String name = string();
                    take(':');
                    object.put(name, value());
                }
                take('}');
                return object;
            }
            case '[': {
                List<Object> list = new ArrayList<>();
                for (char before = '['; before == '[' ? !isEmpty(']') : next() == ','; before = ',') {
                    place++;
                    list.add(value());
                }
                take(']');
                return list;
            }
            case '"': return string();
            default: return word();
        }
    }

    /** Whether an object or a list that begins here has nothing in it. Then its end is next. */
    private boolean isEmpty(char end) {
        int begin = place++;
        if (next() == end) {
            return true;
        }
        place = begin;
        return false;
    }

    private String string() {
        take('"');
        StringBuilder string = new StringBuilder();
        while (place < text.length()) {
            char letter = text.charAt(place++);
            if (letter == '"') {
                return string.toString();
            }
            string.append(letter == '\\' ? escaped() : letter);
        }
        throw wrong("the end of a string");
    }

    private char escaped() {
        if (place >= text.length()) {
            throw wrong("a letter");
        }
        char letter = text.charAt(place++);
        switch (letter) {
            case 'n': return '\n';
            case 't': return '\t';
            case 'r': return '\r';
            case 'b': return '\b';
            case 'f': return '\f';
            case 'u':
                place += 4;
                return (char) Integer.parseInt(text.substring(place - 4, place), 16);
            default: return letter;
        }
    }

    private Object word() {
        int begin = place;
        while (place < text.length() && ",]} \t\r\n".indexOf(text.charAt(place)) < 0) {
            place++;
        }
        String word = text.substring(begin, place);
        switch (word) {
            case "null": return null;
            case "true": return true;
            case "false": return false;
            default: break;
        }
        try {
            if (word.matches("-?[0-9]+")) {
                return Long.valueOf(word);
            }
            return Double.valueOf(word);
        } catch (NumberFormatException error) {
            throw wrong("a value");
        }
    }

    static String write(Object value) {
        StringBuilder text = new StringBuilder();
        write(value, text);
        return text.toString();
    }

    private static void write(Object value, StringBuilder text) {
        if (value instanceof Map) {
            String before = "{";
            for (Map.Entry<String, Object> each : object(value).entrySet()) {
                text.append(before);
                quote(each.getKey(), text);
                text.append(':');
                write(each.getValue(), text);
                before = ",";
            }
            text.append(before.equals("{") ? "{}" : "}");
        } else if (value instanceof List) {
            String before = "[";
            for (Object each : (List<?>) value) {
                text.append(before);
                write(each, text);
                before = ",";
            }
            text.append(before.equals("[") ? "[]" : "]");
        } else if (value instanceof String) {
            quote((String) value, text);
        } else if (value instanceof Unsigned) {
            text.append(Long.toUnsignedString(((Unsigned) value).bits));
        } else {
            text.append(value);
        }
    }

    private static void quote(String value, StringBuilder text) {
        text.append('"');
        for (char letter : value.toCharArray()) {
            if (letter == '"' || letter == '\\') {
                text.append('\\').append(letter);
            } else if (letter < ' ') {
                text.append(String.format("\\u%04x", (int) letter));
            } else {
                text.append(letter);
            }
        }
        text.append('"');
    }
}
