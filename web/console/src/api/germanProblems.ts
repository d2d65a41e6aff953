// What the service answers in place of what was asked for, in German, by its English
// words; app/phrases.ts tells what the holes are. A test holds the tables against the
// service's sources.

/** The titles and details of the problems for which the console has no words of its own (ui/words.ts). */
export const germanProblems: Record<string, string> = {
  "The body must be one JSON object, without repeated members, deep nesting or control characters.":
    "Er muss ein JSON-Objekt sein, ohne wiederholte Namen, tiefe Verschachtelung oder Steuerzeichen.",
  "The access token lacks the scope that this needs.": "Dem Access-Token fehlt der Scope, den es hierfür braucht.",
  "The method is not served here": "Die Methode gibt es hier nicht",
  "See Allow.": "Allow nennt die, die es gibt.",
  "The same request is at work": "Dieselbe Anfrage ist noch in Arbeit",
  "A request with this Idempotency-Key has not been answered yet.":
    "Eine Anfrage mit diesem Idempotency-Key ist noch nicht beantwortet.",
  "The body is too large": "Es ist zu viel auf einmal",
  "The address is too long": "Die Adresse ist zu lang",
  "Send less.": "Senden Sie weniger.",
  "The media type is not supported": "Der Medientyp wird nicht unterstützt",
  "Send application/json in UTF-8, for PATCH also application/merge-patch+json, without a Content-Encoding.":
    "Senden Sie application/json in UTF-8, mit PATCH auch application/merge-patch+json, ohne Content-Encoding.",
  "This host is not served here": "Diesen Host gibt es hier nicht",
  "Check the host of the address.": "Prüfen Sie den Host in der Adresse.",
  "The Idempotency-Key belongs to another request": "Der Idempotency-Key gehört zu einer anderen Anfrage",
  "Use a fresh key for a request with another body.":
    "Nehmen Sie einen frischen Schlüssel für eine Anfrage mit anderem Inhalt.",
  "The request is malformed": "Die Anfrage ist missgestaltet",
  "The request is not well-formed HTTP for this service.": "Die Anfrage ist für diesen Dienst kein wohlgeformtes HTTP.",
};

/** What is wrong with the form of a body or of a query, whatever it is about. */
export const germanForms: Record<string, string> = {
  "This is required.": "Das muss angegeben werden.",
  "There is no such member.": "Ein solches Feld gibt es nicht.",
  "This cannot be changed.": "Das lässt sich nicht ändern.",
  "This value is taken.": "Das ist schon vergeben.",
  "This must be {}.": "Das muss {} sein.",
  "a whole number": "eine ganze Zahl",
  "a number": "eine Zahl",
  "true or false": "true oder false",
  "a text": "ein Text",
  "a list": "eine Liste",
  "an object": "ein Objekt",
  "This may not be null.": "Das darf nicht null sein.",
  "This must be one of {}.": "Das muss eines von diesen sein: {}.",
  "This is not of the format {=}.": "Das hat nicht das Format {=}.",
  "This is not of the right form: {}": "Das hat nicht die richtige Form: {}",
  "A colour as #rrggbb, such as #1a7f5a.": "eine Farbe als #rrggbb, etwa #1a7f5a.",
  "A language tag (BCP 47).": "ein Sprachkürzel (BCP 47), etwa de oder de-AT.",
  "This must be at least {=}.": "Das muss mindestens {=} sein.",
  "This may be at most {=}.": "Das darf höchstens {=} sein.",
  "This may not be empty.": "Das darf nicht leer sein.",
  "This may have at most {=} characters.": "Das darf höchstens {=} Zeichen haben.",
  "This may have at most {=} members.": "Das darf höchstens {=} Einträge haben.",
  "Name at least {=}.": "Geben Sie mindestens {=} an.",
  "Name at most {=}.": "Geben Sie höchstens {=} an.",
  "An item is repeated.": "Ein Eintrag wiederholt sich.",
  "This does not fit its schema.": "Das passt nicht zu seinem Schema.",
  "The body does not fit its schema.": "Die Anfrage passt nicht zu ihrem Schema.",

  "the body is not UTF-8": "die Anfrage ist kein UTF-8",
  "the body is not JSON": "die Anfrage ist kein JSON",
  "the body is not a JSON object": "die Anfrage ist kein JSON-Objekt",
  "something follows the JSON object": "auf das JSON-Objekt folgt noch etwas",
  "the name of a member is too long or holds a control character":
    "ein Name ist zu lang oder enthält ein Steuerzeichen",
  "a member is repeated": "ein Name wiederholt sich",
  "the body has too many values": "die Anfrage hat zu viele Werte",
  "the body is nested too deeply": "die Anfrage ist zu tief verschachtelt",
  "a text holds a control character":
    "ein Text enthält ein Steuerzeichen, etwa einen Zeilenumbruch, wo keiner sein darf",
  "a number is out of range": "eine Zahl ist zu groß oder zu klein",

  "The query is malformed or repeats a parameter.": "Die Abfrage ist missgestaltet oder wiederholt einen Parameter.",
  "The query has a parameter that is not known here.": "Die Abfrage hat einen Parameter, den es hier nicht gibt.",
  "The query may name one client and nothing else.": "Die Abfrage darf eine Anwendung nennen und sonst nichts.",
  "Ask for 1 to {=} items.": "Verlangen Sie 1 bis {=} Einträge.",
  "This is no cursor of this list.": "Das ist kein Cursor dieser Liste.",
  "At most 128 bytes.": "Höchstens 128 Bytes.",
  "This is no moment of RFC 3339.": "Das ist kein Zeitpunkt nach RFC 3339.",
  "One of granted, refused and interaction.": "Eines von granted, refused und interaction.",
  "Send one key of 1 to 255 printable ASCII characters.":
    "Senden Sie einen Schlüssel aus 1 bis 255 druckbaren ASCII-Zeichen.",
  "A step is 5m, 1h, 6h or 1d.": "Ein Schritt ist 5m, 1h, 6h oder 1d.",
  "The span must begin before it ends.": "Der Zeitraum muss beginnen, bevor er endet.",
  "The span has more than 750 steps; ask for longer steps.":
    "Der Zeitraum hat mehr als 750 Schritte; nehmen Sie längere.",
  "Counts of such a step are not kept for so long; ask for longer steps.":
    "Zahlen für so kurze Schritte werden nicht so lange aufbewahrt; nehmen Sie längere.",
};
