import { describeShard } from "./operators.js";

describeShard(4);
