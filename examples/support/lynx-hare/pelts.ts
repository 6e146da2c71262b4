/**
 * Pelts of snowshoe hare and Canada lynx that the Hudson's Bay Company bought, in thousands, by year: the table of E. P. Odum, "Fundamentals of Ecology"
 * (1953), after C. and M. Elton, as it has been used since to teach predator and prey.
 */
export const pelts: readonly { readonly year: number; readonly hare: number; readonly lynx: number }[] = [
  [30, 4],
  [47.2, 6.1],
  [70.2, 9.8],
  [77.4, 35.2],
  [36.3, 59.4],
  [20.6, 41.7],
  [18.1, 19],
  [21.4, 13],
  [22, 8.3],
  [25.4, 9.1],
  [27.1, 7.4],
  [40.3, 8],
  [57, 12.3],
  [76.6, 19.5],
  [52.3, 45.7],
  [19.5, 51.1],
  [11.2, 29.7],
  [7.6, 15.8],
  [14.6, 9.7],
  [16.2, 10.1],
  [24.7, 8.6],
].map(([hare = 0, lynx = 0], i) => ({ year: 1900 + i, hare, lynx }));
