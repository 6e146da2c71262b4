/**
 * Files that the Python originals wrote, and what is in them: dtype here and values.
 */
const fromBase64 = (...lines: readonly string[]): Uint8Array => new Uint8Array(Buffer.from(lines.join(""), "base64"));

/** `safetensors.numpy.save` of safetensors 0.8.0, a tensor of each dtype that NumPy has. */
export const safetensorsOfPython = {
  bytes: fromBase64(
    "gAMAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJucCIsIm5vdGUiOiLDvG7Dr2NvZGUifSwidWludDY0Ijp7ImR0eXBlIjoiVTY0Ii",
    "wic2hhcGUiOlsxXSwiZGF0YV9vZmZzZXRzIjpbMCw4XX0sImludDY0Ijp7ImR0eXBlIjoiSTY0Iiwic2hhcGUiOlsyXSwiZGF0YV9vZmZzZXRz",
    "IjpbOCwyNF19LCJkb3VibGUiOnsiZHR5cGUiOiJGNjQiLCJzaGFwZSI6W10sImRhdGFfb2Zmc2V0cyI6WzI0LDMyXX0sImVtcHR5Ijp7ImR0eX",
    "BlIjoiRjMyIiwic2hhcGUiOlswLDNdLCJkYXRhX29mZnNldHMiOlszMiwzMl19LCJncsO2w59lLs67Ijp7ImR0eXBlIjoiRjMyIiwic2hhcGUi",
    "OlsxXSwiZGF0YV9vZmZzZXRzIjpbMzIsMzZdfSwid2VpZ2h0Ijp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsyLDNdLCJkYXRhX29mZnNldHMiOl",
    "szNiw2MF19LCJ1aW50MzIiOnsiZHR5cGUiOiJVMzIiLCJzaGFwZSI6WzFdLCJkYXRhX29mZnNldHMiOls2MCw2NF19LCJpbnQzMiI6eyJkdHlw",
    "ZSI6IkkzMiIsInNoYXBlIjpbMiwxXSwiZGF0YV9vZmZzZXRzIjpbNjQsNzJdfSwiaGFsZiI6eyJkdHlwZSI6IkYxNiIsInNoYXBlIjpbNV0sIm",
    "RhdGFfb2Zmc2V0cyI6WzcyLDgyXX0sInVpbnQxNiI6eyJkdHlwZSI6IlUxNiIsInNoYXBlIjpbMV0sImRhdGFfb2Zmc2V0cyI6WzgyLDg0XX0s",
    "ImludDE2Ijp7ImR0eXBlIjoiSTE2Iiwic2hhcGUiOlsyXSwiZGF0YV9vZmZzZXRzIjpbODQsODhdfSwiaW50OCI6eyJkdHlwZSI6Ikk4Iiwic2",
    "hhcGUiOlsyXSwiZGF0YV9vZmZzZXRzIjpbODgsOTBdfSwidWludDgiOnsiZHR5cGUiOiJVOCIsInNoYXBlIjpbMSwyLDNdLCJkYXRhX29mZnNl",
    "dHMiOls5MCw5Nl19LCJib29sIjp7ImR0eXBlIjoiQk9PTCIsInNoYXBlIjpbM10sImRhdGFfb2Zmc2V0cyI6Wzk2LDk5XX19ICAgICAgIP////",
    "8AAAAA+/////////8GAAAAAAAAABgtRFT7IQlAAACAPwAAwD8AAADAAABQQAAAAAAAAIB/AAAAgP////8AAACABwAAAAA8ALj/ewEAAHz//wCA",
    "/3+AfwABAgMEBQEAAQ==",
  ),
  values: {
    weight: [
      "float32",
      [
        [1.5, -2, 3.25],
        [0, Number.POSITIVE_INFINITY, -0],
      ],
    ],
    half: ["float32", [1, -0.5, 65504, 2 ** -24, Number.POSITIVE_INFINITY]],
    double: ["float64", Math.PI],
    int8: ["int32", [-128, 127]],
    int16: ["int32", [-32768, 32767]],
    uint16: ["int32", [65535]],
    int32: ["int32", [[-2147483648], [7]]],
    uint32: ["uint32", [4294967295]],
    int64: ["int32", [-5, 6]],
    uint64: ["uint32", [4294967295]],
    uint8: [
      "uint8",
      [
        [
          [0, 1, 2],
          [3, 4, 5],
        ],
      ],
    ],
    bool: ["bool", [1, 0, 1]],
    empty: ["float32", []],
    "größe.λ": ["float32", [1]],
  },
};
/** What `numpy.lib.format.write_array` of NumPy 2.4.6 wrote. */
export const npyOfPython: readonly {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly values: readonly unknown[];
}[] = [
  {
    name: "float32, rows",
    bytes: fromBase64(
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgIC",
      "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAMA/AAAAwAAAUEAAAAAAAACAfwAAAIA=",
    ),
    values: [
      "float32",
      [
        [1.5, -2, 3.25],
        [0, Number.POSITIVE_INFINITY, -0],
      ],
    ],
  },
  {
    name: "float32, columns",
    bytes: fromBase64(
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgIC",
      "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAIA/AACAQAAAAEAAAKBAAABAQAAAwEA=",
    ),
    values: [
      "float32",
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
  },
  {
    name: "int32, columns, three axes",
    bytes: fromBase64(
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMywgMiksIH0gICAgICAgICAgIC",
      "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAABgAAAAIAAAAIAAAABAAAAAoAAAABAAAABwAAAAMAAAAJ",
      "AAAABQAAAAsAAAA=",
    ),
    values: [
      "int32",
      [
        [
          [0, 1],
          [2, 3],
          [4, 5],
        ],
        [
          [6, 7],
          [8, 9],
          [10, 11],
        ],
      ],
    ],
  },
  {
    name: "float64, big-endian",
    bytes: fromBase64(
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPmY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAgICAgICAgICAgICAgIC",
      "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo/+AAAAAAAAL+5mZmZmZma",
    ),
    values: ["float64", [1.5, -0.1]],
  },
  {
    name: "int16, big-endian",
    bytes: fromBase64(
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPmkyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAgICAgICAgICAgICAgIC",
      "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAf/+",
    ),
    values: ["int32", [1, -2]],
  },
  {
    name: "float16",
    bytes: fromBase64(
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGYyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAgICAgICAgICAgICAgIC",
      "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAPAC4/3s=",
    ),
    values: ["float32", [1, -0.5, 65504]],
  },
  {
    name: "a scalar",
    bytes: fromBase64(
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCksIH0gICAgICAgICAgICAgICAgIC",
      "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoYLURU+yEJQA==",
    ),
    values: ["float64", Math.PI],
  },
  {
    name: "int64",
    bytes: fromBase64(
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAgICAgICAgICAgICAgIC",
      "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAr7/////////wYAAAAAAAAA",
    ),
    values: ["int32", [-5, 6]],
  },
  {
    name: "uint64",
    bytes: fromBase64(
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPHU4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsKSwgfSAgICAgICAgICAgICAgIC",
      "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAr/////AAAAAA==",
    ),
    values: ["uint32", [4294967295]],
  },
  {
    name: "uint32",
    bytes: fromBase64(
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPHU0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsKSwgfSAgICAgICAgICAgICAgIC",
      "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAr/////",
    ),
    values: ["uint32", [4294967295]],
  },
  {
    name: "int8",
    bytes: fromBase64(
      "k05VTVBZAQB2AHsnZGVzY3InOiAnfGkxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsKSwgfSAgICAgICAgICAgICAgIC",
      "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAqA",
    ),
    values: ["int32", [-128]],
  },
  {
    name: "uint16",
    bytes: fromBase64(
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPHUyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsKSwgfSAgICAgICAgICAgICAgIC",
      "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAr//w==",
    ),
    values: ["int32", [65535]],
  },
  {
    name: "uint8",
    bytes: fromBase64(
      "k05VTVBZAQB2AHsnZGVzY3InOiAnfHUxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsIDIsIDEpLCB9ICAgICAgICAgIC",
      "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoA/w==",
    ),
    values: ["uint8", [[[0], [255]]]],
  },
  {
    name: "bool",
    bytes: fromBase64(
      "k05VTVBZAQB2AHsnZGVzY3InOiAnfGIxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAgICAgICAgICAgICAgIC",
      "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAA==",
    ),
    values: ["bool", [1, 0]],
  },
  {
    name: "without elements",
    bytes: fromBase64(
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDApLCB9ICAgICAgICAgICAgIC",
      "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo=",
    ),
    values: ["float32", [[], []]],
  },
  {
    name: "version 2",
    bytes: fromBase64(
      "k05VTVBZAgB0AAAAeydkZXNjcic6ICc8ZjQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMSwpLCB9ICAgICAgICAgICAgIC",
      "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAOBA",
    ),
    values: ["float32", [7]],
  },
  {
    name: "version 3",
    bytes: fromBase64(
      "k05VTVBZAwB0AAAAeydkZXNjcic6ICc8ZjQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMSwpLCB9ICAgICAgICAgICAgIC",
      "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAABB",
    ),
    values: ["float32", [8]],
  },
];

const npzValues = {
  weight: [
    "float32",
    [
      [0, 1, 2],
      [3, 4, 5],
    ],
  ],
  "größe.λ": ["float64", [1.5]],
  "deep/name": ["bool", [1, 0]],
};

/** `numpy.savez` and `numpy.savez_compressed` of NumPy 2.4.6. */
export const npzOfPython: readonly { readonly name: string; readonly bytes: Uint8Array; readonly values: unknown }[] = [
  {
    name: "stored",
    values: npzValues,
    bytes: fromBase64(
      "UEsDBC0AAAAAAAAAIQBP6QAq//////////8KABQAd2VpZ2h0Lm5weQEAEACYAAAAAAAAAJgAAAAAAAAAk05VTVBZAQB2AHsnZGVzY3InOiAnPG",
      "Y0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg",
      "ICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAACAPwAAAEAAAEBAAACAQAAAoEBQSwMELQAACAAAAAAhALNdAh///////////w4AFABncsO2w5",
      "9lLs67Lm5weQEAEACIAAAAAAAAAIgAAAAAAAAAk05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3No",
      "YXBlJzogKDEsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAD4P1",
      "BLAwQtAAAAAAAAACEA7hm7Xf//////////DQAUAGRlZXAvbmFtZS5ucHkBABAAggAAAAAAAACCAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzog",
      "J3xiMScsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgyLCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC",
      "AgICAgICAgICAgICAgICAgICAgICAgICAKAQBQSwECLQMtAAAAAAAAACEAT+kAKpgAAACYAAAACgAAAAAAAAAAAAAAgAEAAAAAd2VpZ2h0Lm5w",
      "eVBLAQItAy0AAAgAAAAAIQCzXQIfiAAAAIgAAAAOAAAAAAAAAAAAAACAAdQAAABncsO2w59lLs67Lm5weVBLAQItAy0AAAAAAAAAIQDuGbtdgg",
      "AAAIIAAAANAAAAAAAAAAAAAACAAZwBAABkZWVwL25hbWUubnB5UEsFBgAAAAADAAMArwAAAF0CAAAAAA==",
    ),
  },
  {
    name: "compressed",
    values: npzValues,
    bytes: fromBase64(
      "UEsDBC0AAAAIAAAAIQBP6QAq//////////8KABQAd2VpZ2h0Lm5weQEAEACYAAAAAAAAAFUAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbp",
      "Nmoq6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkaRjoKxpo6CrUKZAMuBjBosAcSDkAExA1AvMABAFBLAwQtAAAICAAAACEAs10CH///",
      "////////DgAUAGdyw7bDn2UuzrsubnB5AQAQAIgAAAAAAAAASQAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2ahrqOgnpZfVFKUmBefX5",
      "SSChJ3S8wpTgWKF2ckFqQC+RqGOpo6CrUKFAAuBjD4YQ8AUEsDBC0AAAAIAAAAIQDuGbtd//////////8NABQAZGVlcC9uYW1lLm5weQEAEACC",
      "AAAAAAAAAEYAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgXpNkqK6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkaRjqaOgq1ChQALk",
      "YGAFBLAQItAy0AAAAIAAAAIQBP6QAqVQAAAJgAAAAKAAAAAAAAAAAAAACAAQAAAAB3ZWlnaHQubnB5UEsBAi0DLQAACAgAAAAhALNdAh9JAAAA",
      "iAAAAA4AAAAAAAAAAAAAAIABkQAAAGdyw7bDn2UuzrsubnB5UEsBAi0DLQAAAAgAAAAhAO4Zu11GAAAAggAAAA0AAAAAAAAAAAAAAIABGgEAAG",
      "RlZXAvbmFtZS5ucHlQSwUGAAAAAAMAAwCvAAAAnwEAAAAA",
    ),
  },
];
