// Every page of the office: its sections open over the page where there is little room.

import { sheets } from "./sheet.js";

sheets();
