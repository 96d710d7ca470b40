/**
 * How long the name of a person may be, in UTF-16 units, as `people.name` counts. A file of its own
 * without zod: the page asks for names before anybody is signed in, when no schema is loaded.
 */
export const MAX_NAME_LENGTH = 200;
