import { describeShard } from "./operators.js";

describeShard(2);
