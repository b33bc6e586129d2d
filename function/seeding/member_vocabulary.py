"""What the made-up members are put together from: Dutch places, common name parts, fees, interests."""

from __future__ import annotations

REGIONS = {
    "Drenthe": "Assen Emmen Meppel",
    "Flevoland": "Almere Lelystad",
    "Fryslân": "Leeuwarden Sneek Drachten",
    "Gelderland": "Arnhem Nijmegen Apeldoorn",
    "Groningen": "Groningen Delfzijl",
    "Limburg": "Maastricht Venlo Roermond",
    "Noord-Brabant": "Eindhoven Tilburg Breda",
    "Noord-Holland": "Amsterdam Haarlem Alkmaar",
    "Overijssel": "Zwolle Enschede Deventer",
    "Utrecht": "Utrecht Amersfoort",
    "Zeeland": "Middelburg Goes",
    "Zuid-Holland": "Rotterdam Leiden Delft",
}
FEES = {"Gewoon": "48.50", "Gezin": "72.00", "Jeugd": "17.25", "Student": "24.00", "Erelid": "0", "Donateur": "30.00"}
MEMBERSHIP_TYPES = ("Gewoon",) * 9 + ("Gezin",) * 5 + ("Jeugd", "Student", "Donateur") * 2 + ("Erelid",)
STATUSES = ("active", "active", "active", "active", "suspended", "pending", "ended")

FIRST = "Anna Bram Daan Eva Femke Gijs Hanna Iris Jan Kees Lotte Maud Niels Olga Pim Roos Sanne Tess Wim Yara"
PREFIXES = ("van", "de", "van der", "van den", "ter")
LAST = ("Berg Bos Brink Dijk Hof Kamp Laar Meer Veld Water", "huis kamp laan man poort stra wijk zicht")
STREETS = ("Beuken Dorps Kerk Molen School Stations Wilgen", "dijk laan pad straat weg")
INTERESTS = ("fietsen", "geschiedenis", "muziek", "natuur", "reizen", "schaken", "wandelen")
COMMITTEES = ("bestuur", "kascommissie", "redactie", "activiteiten")
COMMENTS = ("Ontvangt post op papier.", "Belt liever dan dat zij mailt — 's avonds ☎", "Verhuisd; adres nagaan ✓")
