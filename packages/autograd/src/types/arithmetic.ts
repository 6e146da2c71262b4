/** Arithmetic on literal sides, digit by digit as on paper: the cost grows with the number of digits, not with the number. */

type Digit = "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9";

/** `Sums[x][y]` is x + y as carry and digit; x may include a carry. */
type Sums = readonly [
  ["00", "01", "02", "03", "04", "05", "06", "07", "08", "09"],
  ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10"],
  ["02", "03", "04", "05", "06", "07", "08", "09", "10", "11"],
  ["03", "04", "05", "06", "07", "08", "09", "10", "11", "12"],
  ["04", "05", "06", "07", "08", "09", "10", "11", "12", "13"],
  ["05", "06", "07", "08", "09", "10", "11", "12", "13", "14"],
  ["06", "07", "08", "09", "10", "11", "12", "13", "14", "15"],
  ["07", "08", "09", "10", "11", "12", "13", "14", "15", "16"],
  ["08", "09", "10", "11", "12", "13", "14", "15", "16", "17"],
  ["09", "10", "11", "12", "13", "14", "15", "16", "17", "18"],
  ["10", "11", "12", "13", "14", "15", "16", "17", "18", "19"],
];

/** `Differences[x][y]` is x − y as borrow and digit; y may include a borrow. */
type Differences = readonly [
  ["00", "19", "18", "17", "16", "15", "14", "13", "12", "11", "10"],
  ["01", "00", "19", "18", "17", "16", "15", "14", "13", "12", "11"],
  ["02", "01", "00", "19", "18", "17", "16", "15", "14", "13", "12"],
  ["03", "02", "01", "00", "19", "18", "17", "16", "15", "14", "13"],
  ["04", "03", "02", "01", "00", "19", "18", "17", "16", "15", "14"],
  ["05", "04", "03", "02", "01", "00", "19", "18", "17", "16", "15"],
  ["06", "05", "04", "03", "02", "01", "00", "19", "18", "17", "16"],
  ["07", "06", "05", "04", "03", "02", "01", "00", "19", "18", "17"],
  ["08", "07", "06", "05", "04", "03", "02", "01", "00", "19", "18"],
  ["09", "08", "07", "06", "05", "04", "03", "02", "01", "00", "19"],
];

/** `Quotients[divisor][rest][digit]` is what a step of long division writes down, and the rest that it hands on. */
interface Quotients {
  readonly 2: readonly [
    ["00", "01", "10", "11", "20", "21", "30", "31", "40", "41"],
    ["50", "51", "60", "61", "70", "71", "80", "81", "90", "91"],
  ];
  readonly 3: readonly [
    ["00", "01", "02", "10", "11", "12", "20", "21", "22", "30"],
    ["31", "32", "40", "41", "42", "50", "51", "52", "60", "61"],
    ["62", "70", "71", "72", "80", "81", "82", "90", "91", "92"],
  ];
  readonly 4: readonly [
    ["00", "01", "02", "03", "10", "11", "12", "13", "20", "21"],
    ["22", "23", "30", "31", "32", "33", "40", "41", "42", "43"],
    ["50", "51", "52", "53", "60", "61", "62", "63", "70", "71"],
    ["72", "73", "80", "81", "82", "83", "90", "91", "92", "93"],
  ];
}

type OneMore = readonly [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

/** The digits of a literal of 0 or more; none for anything else. */
type DigitsOf<
  Text extends string,
  Done extends readonly Digit[] = [],
> = Text extends `${infer First extends Digit}${infer Rest}`
  ? DigitsOf<Rest, [...Done, First]>
  : Text extends ""
    ? Done
    : [];

type TextOf<Digits extends readonly Digit[]> = Digits extends readonly [
  infer First extends Digit,
  ...infer Rest extends readonly Digit[],
]
  ? `${First}${TextOf<Rest>}`
  : "";

type Sum<
  A extends readonly Digit[],
  B extends readonly Digit[],
  Carry extends "0" | "1" = "0",
  Done extends string = "",
> = A extends [...infer RestA extends readonly Digit[], infer X extends Digit]
  ? B extends [...infer RestB extends readonly Digit[], infer Y extends Digit]
    ? Sums[Carry extends "0" ? X : OneMore[X]][Y] extends `${infer Next extends "0" | "1"}${infer Written}`
      ? Sum<RestA, RestB, Next, `${Written}${Done}`>
      : never
    : Carry extends "0"
      ? `${TextOf<A>}${Done}`
      : Sum<A, ["0"], Carry, Done>
  : B extends []
    ? Carry extends "0"
      ? Done
      : `1${Done}`
    : Carry extends "0"
      ? `${TextOf<B>}${Done}`
      : Sum<["0"], B, Carry, Done>;

/** A − B, never where that is below 0. */
type Difference<
  A extends readonly Digit[],
  B extends readonly Digit[],
  Borrow extends "0" | "1" = "0",
  Done extends string = "",
> = A extends [...infer RestA extends readonly Digit[], infer X extends Digit]
  ? B extends [...infer RestB extends readonly Digit[], infer Y extends Digit]
    ? Differences[X][Borrow extends "0" ? Y : OneMore[Y]] extends `${infer Next extends "0" | "1"}${infer Written}`
      ? Difference<RestA, RestB, Next, `${Written}${Done}`>
      : never
    : Borrow extends "0"
      ? `${TextOf<A>}${Done}`
      : Difference<A, ["0"], Borrow, Done>
  : B extends []
    ? Borrow extends "0"
      ? Done
      : never
    : never;

type Quotient<
  A extends readonly Digit[],
  Divisor extends keyof Quotients,
  Rest extends Digit = "0",
  Done extends string = "",
> = A extends [infer X extends Digit, ...infer More extends readonly Digit[]]
  ? Quotients[Divisor][Rest & keyof Quotients[Divisor]] extends infer Row
    ? Row[X & keyof Row] extends `${infer Written}${infer Next extends Digit}`
      ? Quotient<More, Divisor, Next, `${Done}${Written}`>
      : never
    : never
  : Done;

type TimesDigit<A extends string, D extends Digit> = {
  readonly "0": "0";
  readonly "1": A;
  readonly "2": Plus<A, A>;
  readonly "3": Plus<A, Plus<A, A>>;
  readonly "4": Twice<Plus<A, A>>;
  readonly "5": Plus<A, Twice<Plus<A, A>>>;
  readonly "6": Twice<Plus<A, Plus<A, A>>>;
  readonly "7": Plus<A, Twice<Plus<A, Plus<A, A>>>>;
  readonly "8": Twice<Twice<Plus<A, A>>>;
  readonly "9": Plus<A, Twice<Twice<Plus<A, A>>>>;
}[D];

type Plus<A extends string, B extends string> = Sum<DigitsOf<A>, DigitsOf<B>>;
type Twice<A extends string> = Plus<A, A>;

/** Horner's rule over the digits of the second factor. */
type Product<A extends string, B extends readonly Digit[], Done extends string = "0"> = B extends [
  infer First extends Digit,
  ...infer Rest extends readonly Digit[],
]
  ? Product<A, Rest, Plus<`${Done}0`, TimesDigit<A, First>>>
  : Done;

type NumberOf<Text extends string> = Text extends `0${infer Rest}`
  ? Rest extends ""
    ? 0
    : NumberOf<Rest>
  : Text extends `${infer N extends number}`
    ? N
    : number;

/** Whether a side is a literal of 0 or more: not `number`, not a name. */
export type IsSize<N extends number> = DigitsOf<`${N}`> extends readonly [] ? false : true;

/** A + B; `number` where one of them is not literal. */
export type Add<A extends number, B extends number> =
  IsSize<A> extends true ? (IsSize<B> extends true ? NumberOf<Plus<`${A}`, `${B}`>> : number) : number;

/** A − B, never where that is below 0; `number` where one of them is not literal. */
export type Subtract<A extends number, B extends number> =
  IsSize<A> extends true
    ? IsSize<B> extends true
      ? [Difference<DigitsOf<`${A}`>, DigitsOf<`${B}`>>] extends [never]
        ? never
        : NumberOf<Difference<DigitsOf<`${A}`>, DigitsOf<`${B}`>>>
      : number
    : number;

/** ⌊A / B⌋; `number` where they are not literal, or B is above 4. */
export type Divide<A extends number, B extends number> = B extends 1
  ? A
  : IsSize<A> extends true
    ? B extends keyof Quotients
      ? NumberOf<Quotient<DigitsOf<`${A}`>, B>>
      : number
    : number;

/** A · B; `number` where one of them is not literal. */
export type Multiply<A extends number, B extends number> = [A] extends [1]
  ? B
  : [B] extends [1]
    ? A
    : IsSize<A> extends true
      ? IsSize<B> extends true
        ? NumberOf<Product<`${A}`, DigitsOf<`${B}`>>>
        : number
      : number;
