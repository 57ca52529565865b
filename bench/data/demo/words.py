"""The words of made-up leads: places, products, areas, forms and their spellings, with how often each occurs.

Weights and effects follow published totals of a real table of leads; every name that is not a plain place or thing is
invented. An effect is in log-odds of conversion.
"""

from __future__ import annotations

UNITS = ("ID", "AS", "IT", "Solution", "CM")
UNIT_WEIGHTS = (0.431, 0.418, 0.1459, 0.005, 0.0001)

# code, rows before, rows after, effect, language, region, countries (the first is the most frequent)
SUBSIDIARIES: tuple[tuple[str, float, float, float, str, str, str], ...] = (
    ("HQIL", 16908, 10200, 0.0, "en", "Asia", "India"),
    ("HQSP", 9311, 11750, 0.1, "pt", "South America", "Brazil"),
    ("HQUS", 5955, 11350, 0.6, "en", "North America", "United States"),
    ("HQMS", 2768, 2040, -0.2, "es", "North America", "Mexico"),
    ("HQPH", 2651, 3250, 0.0, "en", "Asia", "Philippines"),
    ("HQGF", 2149, 1700, 0.6, "en", "Middle East", "U.A.E|Kuwait|Oman|Qatar"),
    ("HQCB", 2079, 1420, -0.7, "es", "South America", "Colombia"),
    ("HQUK", 1651, 1500, -1.6, "en", "Europe", "United Kingdom|Ireland"),
    ("HQSJ", 1469, 1300, 0.4, "en", "Middle East", "Saudi Arabia"),
    ("HQCL", 1339, 1200, 0.1, "es", "South America", "Chile"),
    ("HQPS", 1252, 1100, 0.0, "es", "South America", "Panama|Guatemala|Costa Rica|Honduras"),
    ("HQIS", 1146, 1380, -1.7, "en", "Europe", "Italy"),
    ("HQPR", 1131, 2380, -0.6, "es", "South America", "Peru"),
    ("HQDG", 1051, 900, -0.3, "en", "Europe", "Germany|Austria"),
    ("HQPL", 850, 800, -0.1, "en", "Europe", "Poland"),
    ("HQEG", 704, 650, -1.2, "en", "Africa", "Egypt"),
    ("HQVH", 614, 600, -1.3, "en", "Asia", "Vietnam"),
    ("HQES", 592, 600, -0.9, "es", "Europe", "Spain"),
    ("HQTK", 541, 500, -1.2, "en", "Middle East", "Turkey"),
    ("HQAR", 491, 500, 0.8, "es", "South America", "Argentina|Uruguay|Paraguay"),
    ("HQKR", 433, 400, 0.0, "ko", "Asia", "South Korea"),
    ("HQHK", 383, 360, 2.2, "en", "Asia", "Hong Kong"),
    ("HQAP", 366, 350, 0.7, "en", "Asia", "Australia|New Zealand"),
    ("HQSL", 348, 350, 0.2, "en", "Asia", "Singapore"),
    ("HQMK", 331, 330, 0.1, "en", "Africa", "Morocco"),
    ("HQFS", 302, 300, -0.1, "en", "Europe", "France"),
    ("HQAF", 288, 280, 2.3, "en", "Africa", "Nigeria|Kenya|Ghana"),
    ("HQIN", 281, 280, 0.6, "en", "Asia", "Indonesia"),
    ("HQLF", 274, 270, -0.6, "en", "Middle East", "Jordan|Lebanon|Iraq"),
    ("HQSA", 268, 260, 0.3, "en", "Africa", "South Africa"),
    ("HQCI", 263, 260, 0.3, "en", "North America", "Canada"),
    ("HQTH", 185, 180, 1.1, "en", "Asia", "Thailand"),
    ("HQPT", 111, 110, 1.0, "pt", "Europe", "Portugal"),
    ("HQTT", 105, 100, -0.5, "en", "Asia", "Taiwan"),
    ("HQML", 100, 95, 0.4, "en", "Asia", "Malaysia"),
    ("HQBN", 95, 90, -0.6, "en", "Europe", "Netherlands|Belgium"),
    ("HQSW", 90, 85, -0.2, "en", "Europe", "Sweden|Norway|Denmark"),
    ("HQRO", 85, 80, 0.1, "en", "Europe", "Romania|Bulgaria"),
    ("HQHS", 80, 75, -0.4, "en", "Europe", "Greece"),
    ("HQCZ", 75, 70, 0.2, "en", "Europe", "Czech Republic|Slovakia"),
    ("HQMG", 70, 65, -0.8, "en", "Europe", "Hungary"),
    ("HQJP", 65, 60, -0.9, "en", "Asia", "Japan"),
    ("HQAL", 60, 55, 0.3, "en", "Africa", "Algeria"),
    ("HQTU", 55, 50, -0.3, "en", "Africa", "Tunisia"),
    ("HQVE", 50, 45, -0.7, "es", "South America", "Ecuador"),
    ("HQBO", 45, 40, 0.2, "es", "South America", "Bolivia"),
    ("HQDO", 40, 36, 0.1, "es", "North America", "Dominican Republic"),
    ("HQPK", 36, 32, -0.5, "en", "Asia", "Pakistan|Bangladesh"),
    ("HQLK", 30, 28, 0.4, "en", "Asia", "Sri Lanka|Nepal"),
    ("HQIE", 25, 22, 0.0, "en", "Middle East", "Israel"),
    ("HQKZ", 20, 18, 0.5, "en", "Asia", "Kazakhstan|Uzbekistan"),
    ("HQBT", 15, 14, -0.1, "en", "Europe", "Latvia|Lithuania|Estonia"),
    ("HQFI", 12, 10, 0.2, "en", "Europe", "Finland"),
)

CITIES: dict[str, str] = {
    "India": "Mumbai|Delhi|Bangalore|Hyderabad|Chennai|Pune|Kolkata|Ahmedabad|Jaipur|Lucknow|Indore|Kochi",
    "Brazil": "Sao Paulo|Rio de Janeiro|Belo Horizonte|Curitiba|Porto Alegre|Salvador|Recife|Fortaleza|Manaus",
    "United States": "New York|Los Angeles|Chicago|Houston|Phoenix|Dallas|Miami|Atlanta|Boston|Denver|Seattle",
    "Mexico": "Mexico City|Monterrey|Guadalajara|Puebla|Tijuana|Leon|Merida",
    "Philippines": "Manila|Quezon City|Makati|Cebu|Davao|Pasig",
    "U.A.E": "Dubai|Abu Dhabi|Sharjah|Ajman",
    "Colombia": "Bogota|Medellin|Cali|Barranquilla",
    "United Kingdom": "London|Manchester|Birmingham|Leeds|Bristol",
    "Saudi Arabia": "Riyadh|Jeddah|Dammam|Mecca",
    "Chile": "Santiago|Valparaiso|Concepcion",
    "Italy": "Rome|Milan|Turin|Naples|Bologna",
    "Peru": "Lima|Arequipa|Trujillo|Cusco",
    "Germany": "Berlin|Hamburg|Munich|Frankfurt|Cologne",
    "Poland": "Warsaw|Krakow|Gdansk|Wroclaw",
    "Egypt": "Cairo|Alexandria|Giza",
    "Vietnam": "Hanoi|Ho Chi Minh City|Da Nang",
    "Spain": "Madrid|Barcelona|Valencia|Seville",
    "South Korea": "Seoul|Busan|Incheon|Daegu",
}
# Where a country has no list of its own.
OTHER_CITIES = ("Central City", "Old Town", "Port District", "North Side", "New Town", "Lakeside")
STREETS = ("Market Street", "Lake Road", "Station Road", "Garden Avenue", "Industrial Area", "Park Lane",
           "Harbour View", "High Street", "Ring Road", "Sector", "Mill Road", "Airport Road", "Tower Block",
           "Green Park", "Business Bay", "Sunset Avenue")  # fmt: skip
COUNTRY_SPELLINGS: dict[str, str] = {
    "Turkey": "Turkiye", "Vietnam": "Viet Nam", "United Kingdom": "United Kingdon",
    "U.A.E": "United Arab Emirates",
    "United States": "USA", "South Korea": "Korea", "Brazil": "Brasil",
}  # fmt: skip

AREAS = ("corporate / office", "retail", "hotel & accommodation", "special purpose", "residential (home)",
         "education", "hospital & health care", "factory", "government department", "public facility",
         "transportation", "power plant / renewable energy")  # fmt: skip
# Rows by unit (ID, AS, IT, Solution, CM) and area, and how an area's share changes in the later period.
AREA_COUNTS = (
    (2460, 2028, 984, 1075, 385, 1356, 148, 540, 421, 271, 216, 43),
    (1278, 788, 238, 713, 1365, 210, 156, 403, 173, 200, 10, 62),
    (330, 195, 791, 141, 68, 161, 895, 92, 56, 48, 90, 8),
    (29, 4, 3, 2, 2, 2, 1, 1, 1, 1, 1, 1),
    (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
)
AREA_LATER = (1.1, 0.82, 0.69, 0.37, 0.53, 1.39, 0.86, 0.57, 0.57, 0.71, 10.7, 2.2)
AREA_EFFECTS = (0.0, -0.2, 0.1, -0.2, -1.0, 0.0, 0.5, 0.0, 0.0, 0.1, 0.0, 1.0)
AREA_IN_UNIT = {("IT", "hospital & health care"): 1.9, ("IT", "factory"): 1.7,
                ("AS", "hotel & accommodation"): -2.5}  # fmt: skip
# What one would say in a message, and the children of each area.
AREA_NOUNS = ("office", "shop", "hotel", "venue", "home", "school", "hospital", "factory", "ministry",
"library",
              "station", "solar plant")  # fmt: skip
SUBAREAS = (
    "Advertising|Banking|Consulting|Construction|Distribution|Engineering|Finance|Insurance|IT services|Law|"
    "Logistics|Meeting room|Media|Real estate|Research|Small office|Start-up|Telecom|Trading|Others",
    "Bakery|Car dealer|Convenience store|Department store|Drug store|Electronics|Fashion|Franchise|Furniture|"
    "Grocery|Jewellery|Mall|Restaurant|Supermarket|Others",
    "Cruise|Guest house|Hotel|Resort|Serviced apartment|Others",
    "Church|Cinema|Sports|Others", "Apartment|Condominium|House|Villa|Others",
    "College|Kindergarten|School|Others",
    "Clinic|Dental|Hospital|Laboratory|Nursing home|Others", "Assembly|Food|Textile|Others",
    "City hall|Defence|Police|Tax office|Others",
    "Community centre|Library|Museum|Park|Theatre|Welfare|Others",
    "Airport|Bus|Port|Railway|Others", "Hydro|Solar|Wind|Others",
)  # fmt: skip

# product, rows, effect; by unit
PRODUCTS: dict[str, tuple[tuple[str, int, float], ...]] = {
    "ID": (
        ("interactive digital board", 6154, -0.8), ("video wall signage", 2029, 0.9),
        ("led signage", 1895, 0.8),
        ("interactive signage", 1862, 0.9), ("oled signage", 1350, 0.4), ("hotel tv", 1112, 1.3),
        ("standard signage", 996, 0.7), ("meeting board", 768, -1.0), ("meeting board pro", 668, 0.7),
        ("outdoor signage", 520, 0.9), ("high brightness signage", 480, 0.5),
        ("signage software", 410, 0.0),
        ("commercial tv", 390, 0.2), ("transparent display", 220, 0.3), ("stretch display", 160, 0.3),
        ("etc.", 1200, -0.5),
    ),
    "AS": (
        ("vrf", 5640, 0.2), ("multi-split", 3674, 0.2), ("single-split", 1569, -0.3), ("rac", 1447, -0.5),
        ("chiller", 1051, 0.7), ("heating", 655, -1.5), ("ventilation", 420, -2.5), ("control", 380, -1.8),
        ("rooftop unit", 340, 0.2), ("heat pump", 300, 0.0), ("ceiling cassette", 240, -0.4),
        ("etc.", 600, -0.5),
    ),
    "IT": (
        ("medical display", 962, -2.0), ("monitor", 762, -0.3), ("laptop", 420, 0.2),
        ("projector", 380, 0.4),
        ("thin client", 300, 0.6), ("service robot", 220, 0.8), ("digital x-ray detector", 200, 0.9),
        ("etc.", 200, -0.5),
    ),
    "Solution": (("building energy management", 100, -0.5), ("etc.", 50, -0.5)),
    "CM": (("compressor", 5, 0.0),),
}  # fmt: skip
DISPLAYS = ("video wall signage", "led signage", "interactive signage", "oled signage", "hotel tv",
"standard signage",
            "outdoor signage", "high brightness signage", "commercial tv", "transparent display",
            "stretch display")  # fmt: skip
PRODUCT_SPELLINGS = ("tela interativa", "aire acondicionado", "pantalla led", "에어컨", "전자칠판",
"ar condicionado",
                     "monitor profesional", "led 2.5 mm", "55 inch", "videowall", "display",
                     "aircon")  # fmt: skip
SCREEN_SIZES = ("22", "32", "43", "49", "50", "55", "65", "75", "86", "98")
SERIES = ("AX", "BR", "CK", "DV", "EM", "FS", "GP", "HN", "JT", "KW", "MV", "NR", "QX", "TS", "VT", "WZ")
SERIES_NAMES = ("slim", "frame", "pro", "touch", "ultra", "narrow bezel", "window facing", "cinema",
"fine pitch",
                "hospitality", "education", "outdoor", "all-weather", "studio")  # fmt: skip

# name, weight, effect
TYPES: tuple[tuple[str, float, float], ...] = (
    ("End Customer", 10643, 0.3), ("Specifier/ Influencer", 2568, -0.3), ("Channel Partner", 1368, 0.2),
    ("Service Partner", 349, 0.3), ("Solution Eco-Partner", 146, 1.2), ("Installer/Contractor", 52, -1.5),
    ("Corporate", 31, 0.0), ("HVAC Engineer", 23, 0.0), ("Engineer", 20, 0.0), ("Developer", 17, 0.0),
    ("Technician", 16, 0.0), ("Consultant", 15, 0.0), ("Home Owner", 15, -1.0), ("Other", 14, 0.0),
    ("Software/Solution Provider", 8, 0.3), ("Distributor", 6, 0.0),
)  # fmt: skip
TYPES_THAT_USE = (
    "End Customer",
    "End-Customer",
    "End-user",
    "Commercial end-user",
    "Corporate",
    "Home Owner",
    "Homeowner",
)

INQUIRIES: tuple[tuple[str, float, float], ...] = (
    ("Quotation or Purchase Consultation", 42138, 0.15), ("Sales Inquiry", 9981, -0.35),
    ("Product Information", 1237, -2.0), ("Usage or Technical Consultation", 1190, -0.8),
    ("Other", 1400, -0.5),
    ("Trainings", 434, -3.0), ("Technical Consultation", 433, -0.5), ("Services", 415, -0.3),
    ("Request for Partnership", 297, 0.3), ("Request for quotation or purchase", 230, 0.3),
    ("Request a Demo", 184, 0.2), ("Technical Support", 110, 0.6), ("Sales", 100, 0.0),
    ("Distributorship", 75, 0.0),
)  # fmt: skip
ODD_INQUIRIES = ("(Select needs)", "hotel tv", "solicito una cotizacion", "gostaria de um orcamento",
"video wall",
                 "cần báo giá", "demande de prix", "i want to become a dealer", "quero ser instalador",
                 "vrf",
                 "preciso de suporte", "Vendor registration", "evento", "can tu van")  # fmt: skip

TIMELINES: tuple[tuple[str, float, float], ...] = (
    ("less than 3 months", 17300, 0.25), ("3 months ~ 6 months", 5000, 0.0),
    ("more than a year", 3000, -0.6),
    ("9 months ~ 1 year", 1100, -0.1), ("6 months ~ 9 months", 1100, -0.1),
)  # fmt: skip
ODD_TIMELINES = (
    "less_than_3_months",
    "3_months_~_6_months",
    "more_than_a_year",
    "less than 6 months",
    "etc.",
)
# What a representative writes after the call: it knows the outcome, and the later table has none of it.
NOTE_OPENINGS = ("called twice, no answer", "customer has no budget this year", "details mailed",
                 "closing, no requirement",
                 "already bought elsewhere", "duplicate of an earlier lead", "partner is handling it",
                 "wrong number",
                 "asked for a home unit", "requirement not clear", "being followed up",
                 "being followed up.",
                 "quote sent, no reply", "demo was cancelled", "only wanted a brochure")  # fmt: skip
NOTE_ENDINGS = ("", "", ".", ", lead closed", ", will call next month", " - mailed again",
", no response till now",
                ", hence closing", " and informed the distributor")  # fmt: skip

JOBS: tuple[tuple[str, float, float], ...] = (
    ("engineering", 107, 0.1), ("other", 82, -0.2), ("administrative", 57, -0.1), ("education", 39, -0.3),
    ("sales", 37, 0.0), ("information technology", 34, 0.8), ("purchasing", 32, 0.6),
    ("operations", 30, 0.0),
    ("business development", 28, 0.1), ("marketing", 24, 0.4), ("arts and design", 22, -0.2),
    ("consulting", 22, 0.0),
    ("entrepreneurship", 20, 0.0), ("finance", 16, 0.0), ("product management", 14, -0.8),
    ("real estate", 8, 0.7),
    ("program and project management", 24, 0.1), ("support", 12, -0.3), ("healthcare services", 12, 0.0),
    ("media and communication", 16, 0.0), ("community and social services", 12, -0.3), ("research", 8, 0.0),
    ("human resources", 7, 0.0), ("quality assurance", 5, -0.2), ("legal", 3, 0.0), ("accounting", 5, 0.0),
)  # fmt: skip
ODD_JOBS = ("gerente", "architect", "it manager", "comercial", "diretor", "teacher", "owner",
"proprietario", "compras",
            "technician", "designer", "project", "ingeniero", "hvac", "it", "procurement", "doctor",
            "principal",
            "engenharia", "administracion", "av consultant", "interior design")  # fmt: skip
POSITIONS: tuple[tuple[str, float, float], ...] = (
    ("manager", 139, 0.3), ("ceo/founder", 135, 0.0), ("other", 110, -0.1), ("director", 82, 0.1),
    ("partner", 45, 0.0),
    ("associate/analyst", 43, 0.5), ("entry level", 37, -0.6), ("others", 20, 0.0), ("trainee", 15, -1.0),
    ("c-level executive", 14, 0.2), ("vice president", 11, 0.2), ("intern", 6, -1.0),
)  # fmt: skip
ODD_POSITIONS = ("vicepresident", "entrylevel", "c-levelexecutive", "ceo", "co-founder", "gerente",
"teacher",
                 "physics tutor", "proprietário", "hospital", "consultant", "manager\u200b",
                 "\tdirector")  # fmt: skip
