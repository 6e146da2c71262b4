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
