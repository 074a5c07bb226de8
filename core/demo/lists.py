"""The words that made-up people and companies are put together from."""

from __future__ import annotations

WOMEN = [
    "Agata",
    "Agnieszka",
    "Aleksandra",
    "Alicja",
    "Aneta",
    "Anna",
    "Barbara",
    "Beata",
    "Bożena",
    "Celina",
    "Dagmara",
    "Danuta",
    "Dominika",
    "Dorota",
    "Edyta",
    "Elżbieta",
    "Emilia",
    "Ewa",
    "Ewelina",
    "Gabriela",
    "Grażyna",
    "Halina",
    "Hanna",
    "Helena",
    "Ilona",
    "Irena",
    "Iwona",
    "Izabela",
    "Jadwiga",
    "Joanna",
    "Jolanta",
    "Julia",
    "Justyna",
    "Karolina",
    "Katarzyna",
    "Kinga",
    "Klaudia",
    "Krystyna",
    "Lidia",
    "Lucyna",
    "Łucja",
    "Magdalena",
    "Małgorzata",
    "Maria",
    "Marlena",
    "Marta",
    "Martyna",
    "Monika",
    "Natalia",
    "Olga",
    "Patrycja",
    "Paulina",
    "Renata",
    "Róża",
    "Sabina",
    "Sylwia",
    "Świętosława",
    "Teresa",
    "Urszula",
    "Wanda",
    "Weronika",
    "Wiktoria",
    "Zofia",
    "Zuzanna",
    "Żaneta",
]

MEN = [
    "Adam",
    "Adrian",
    "Aleksander",
    "Andrzej",
    "Antoni",
    "Artur",
    "Bartłomiej",
    "Bartosz",
    "Błażej",
    "Bogdan",
    "Bogusław",
    "Cezary",
    "Czesław",
    "Damian",
    "Daniel",
    "Dariusz",
    "Dawid",
    "Dominik",
    "Emil",
    "Filip",
    "Franciszek",
    "Grzegorz",
    "Henryk",
    "Hubert",
    "Ignacy",
    "Ireneusz",
    "Jacek",
    "Jakub",
    "Jan",
    "Janusz",
    "Jarosław",
    "Jerzy",
    "Józef",
    "Kamil",
    "Karol",
    "Konrad",
    "Krystian",
    "Krzysztof",
    "Leszek",
    "Łukasz",
    "Maciej",
    "Marcin",
    "Marek",
    "Mariusz",
    "Mateusz",
    "Michał",
    "Mieczysław",
    "Mikołaj",
    "Mirosław",
    "Norbert",
    "Oskar",
    "Patryk",
    "Paweł",
    "Piotr",
    "Przemysław",
    "Radosław",
    "Rafał",
    "Robert",
    "Ryszard",
    "Sebastian",
    "Sławomir",
    "Stanisław",
    "Szymon",
    "Tadeusz",
    "Tomasz",
    "Waldemar",
    "Wiesław",
    "Wiktor",
    "Witold",
    "Wojciech",
    "Zbigniew",
    "Zdzisław",
]

# In the masculine; -ski, -cki, -dzki and -ny agree with the person.
SURNAMES = [
    "Adamczyk",
    "Andrzejewski",
    "Bąk",
    "Baran",
    "Baranowski",
    "Bednarczyk",
    "Bielecki",
    "Błaszczyk",
    "Borkowski",
    "Borowski",
    "Brzeziński",
    "Brzęczyszczykiewicz",
    "Chmielewski",
    "Chrząszcz",
    "Cichoń",
    "Cieślak",
    "Czajkowski",
    "Czarnecki",
    "Czerwiński",
    "Ćwikliński",
    "Ćwiertnia",
    "Dąbek",
    "Dąbrowski",
    "Domański",
    "Duda",
    "Dudek",
    "Dziedzic",
    "Filipek",
    "Gajewski",
    "Gąsior",
    "Głowacki",
    "Górecki",
    "Górski",
    "Grabowski",
    "Grzelak",
    "Gwóźdź",
    "Jabłoński",
    "Jakubowski",
    "Janik",
    "Jankowski",
    "Jasiński",
    "Jastrzębski",
    "Jaworski",
    "Jędrzejczak",
    "Jóźwiak",
    "Kaczmarek",
    "Kalinowski",
    "Kamiński",
    "Kania",
    "Karpiński",
    "Kasprzak",
    "Kaźmierczak",
    "Kędzierski",
    "Kłos",
    "Kołodziej",
    "Konieczny",
    "Kosiński",
    "Kowalczyk",
    "Kowalewski",
    "Kowalski",
    "Kozłowski",
    "Krajewski",
    "Krawczyk",
    "Król",
    "Krupa",
    "Kubiak",
    "Kucharski",
    "Kurek",
    "Kwiatkowski",
    "Lewandowski",
    "Leśniak",
    "Lis",
    "Łapiński",
    "Ławniczak",
    "Łoś",
    "Łuczak",
    "Łukasik",
    "Maciejewski",
    "Majchrzak",
    "Majewski",
    "Makowski",
    "Malinowski",
    "Marciniak",
    "Markowski",
    "Matuszewski",
    "Mazur",
    "Mazurek",
    "Michalak",
    "Michalski",
    "Mikołajczyk",
    "Mróz",
    "Murawski",
    "Niedźwiecki",
    "Niemiec",
    "Nowacki",
    "Nowak",
    "Nowakowski",
    "Nowicki",
    "Olszewski",
    "Orłowski",
    "Ostrowski",
    "Owczarek",
    "Pająk",
    "Pawlak",
    "Pawłowski",
    "Piątek",
    "Pietrzak",
    "Piotrowski",
    "Polak",
    "Przybylski",
    "Pszczółkowski",
    "Rogalski",
    "Romanowski",
    "Różański",
    "Rutkowski",
    "Rybak",
    "Sadowski",
    "Sawicki",
    "Sikora",
    "Skowroński",
    "Smoleński",
    "Sobczak",
    "Sokołowski",
    "Stępień",
    "Strzelecki",
    "Szczepański",
    "Szewczyk",
    "Szulc",
    "Szymański",
    "Szymczak",
    "Śledź",
    "Śliwa",
    "Śliwiński",
    "Święcicki",
    "Świderski",
    "Tomaszewski",
    "Tomczak",
    "Trojanowski",
    "Urbański",
    "Urban",
    "Walczak",
    "Wasilewski",
    "Wąsik",
    "Wesołowski",
    "Wieczorek",
    "Wierzbicki",
    "Wilk",
    "Wiśniewski",
    "Witkowski",
    "Włodarczyk",
    "Wojciechowski",
    "Wojtasik",
    "Wolski",
    "Woźniak",
    "Wójcik",
    "Wójtowicz",
    "Wróbel",
    "Wróblewski",
    "Wysocki",
    "Zając",
    "Zakrzewski",
    "Zalewski",
    "Zawadzki",
    "Zieliński",
    "Ziemba",
    "Ziółkowski",
    "Źrebiec",
    "Żak",
    "Żbikowski",
    "Żebrowski",
    "Żuk",
    "Żukowski",
    "Żyła",
]

# Country, women, men, surnames, cities, how a made-up telephone number begins and how many digits
# follow. The numbers are those that the regulators keep for fiction (BNetzA, Ofcom, NANPA).
FOREIGN = (
    (
        "Niemcy",
        "Anja Birgit Claudia Heike Ute|Bernd Günther Jörg Klaus Matthias",
        "Bäcker Förster Groß Köhler Krüger Müller Schäfer Schröder Weiß Zöllner",
        "Berlin Dresden Hamburg Köln München",
        ("+49 30 23125 ", 3),
    ),
    (
        "Wielka Brytania",
        "Alice Charlotte Emma Olivia Sophie|George Henry James Oliver William",
        "Ashworth Bennett Clarke Harrison O'Connor Pemberton Smith Taylor Whitfield",
        "Bristol Leeds London Manchester York",
        ("+44 20 7946 0", 3),
    ),
    (
        "Stany Zjednoczone",
        "Abigail Grace Hannah Madison Zoë|Aaron Caleb Ethan Logan Noah",
        "Anderson Brooks Carter McAllister Nguyen Ramirez Sullivan Walker",
        "Austin Boston Chicago Denver Seattle",
        ("+1 212 555 01", 2),
    ),
    (
        "Czechy",
        "Alžběta Eliška Kateřina Tereza|Jiří Lukáš Ondřej Tomáš",
        "Beneš Dvořák Horák Kučera Němec Řezníček Svoboda",
        "Brno Ostrava Plzeň Praha",
        None,
    ),
    (
        "Francja",
        "Amélie Chloé Hélène Zoé|Benoît François Jérôme Rémy",
        "Béranger Dubois Lefèvre Moreau Rousseau Villeneuve",
        "Bordeaux Lille Lyon Nantes Paris",
        None,
    ),
    (
        "Szwecja",
        "Astrid Ebba Maja Åsa|Björn Göran Lars Åke",
        "Åkesson Bergström Lindqvist Nyström Öberg Sjöholm",
        "Göteborg Lund Malmö Stockholm Uppsala",
        None,
    ),
)

# Where the masculine and the feminine form differ: masculine/feminine.
POSITIONS = (
    """
Prezes zarządu/Prezeska zarządu|Członek zarządu/Członkini zarządu|Dyrektor finansowy/Dyrektorka finansowa
Dyrektor handlowy/Dyrektorka handlowa|Dyrektor generalny/Dyrektorka generalna|Dyrektor techniczny/Dyrektorka techniczna
Kierownik sprzedaży/Kierowniczka sprzedaży|Kierownik zakupów/Kierowniczka zakupów|Kierownik produkcji/Kierowniczka produkcji
Kierownik projektu/Kierowniczka projektu|Kierownik magazynu/Kierowniczka magazynu|Kierownik działu IT/Kierowniczka działu IT
Specjalista ds. zakupów/Specjalistka ds. zakupów|Specjalista ds. marketingu/Specjalistka ds. marketingu
Specjalista ds. kadr/Specjalistka ds. kadr|Specjalista ds. logistyki/Specjalistka ds. logistyki
Przedstawiciel handlowy/Przedstawicielka handlowa|Doradca klienta/Doradczyni klienta|Główny księgowy/Główna księgowa
Główny technolog/Główna technolożka|Właściciel/Właścicielka|Współwłaściciel/Współwłaścicielka|Asystent zarządu/Asystentka zarządu
Inżynier utrzymania ruchu/Inżynierka utrzymania ruchu|Architekt/Architektka|Radca prawny/Radczyni prawna|Analityk danych/Analityczka danych
Koordynator dostaw/Koordynatorka dostaw|Projektant/Projektantka|Office manager|Product owner|Pełnomocnik ds. jakości/Pełnomocniczka ds. jakości
Kupiec/Kupczyni|Administrator systemów/Administratorka systemów|Szef serwisu/Szefowa serwisu|Mistrz zmiany/Mistrzyni zmiany
""".strip()
    .replace("\n", "|")
    .split("|")
)

# Names of companies: a stem and a branch, and the legal forms that follow.
STEMS = (
    """
Amber|Arkada|Baltica|Bałtyk|Bastion|Błękit|Borealis|Brzoza|Bursztyn|Cedr|Ciepłownik|Cyprys|Ćmielinek|Dąbrowa|Delfin|Dunajec|Echo
Fala|Feniks|Gęśla|Gryf|Grań|Horyzont|Impuls|Iskra|Jantar|Jaśmin|Jesion|Jutrzenka|Kasztan|Klon|Kompas|Korona|Krokus|Kwarc|Latarnia
Lawenda|Łabędź|Łąka|Łuczywo|Magnolia|Meritum|Młyn Zawiślański|Modrzew|Morena|Neptun|Nurt|Ogniwo|Orlik|Ostoja|Ósemka|Perła|Pionier
Polana|Północ|Promień|Puszcza|Równina|Rubin|Rzemień|Sosna|Stokrotka|Świerk|Szafir|Szczyt|Tęcza|Topaz|Turnia|Wicher|Wiklina|Wisłok
Zefir|Zenit|Złoty Kłos|Źródło|Żagiel|Żeglarz|Żuraw
""".strip()
    .replace("\n", "|")
    .split("|")
)

BRANCHES = (
    """
Agro|Automatyka|Biuro Projektów|Bud|Catering|Chemia|Dekor|Deweloper|Druk|Edukacja|Elektro|Energia|Farmacja|Finanse|Foods|Hurt
Instalacje|Inwestycje|Klima|Konstrukcje|Konsulting|Kosmetyki|Logistyka|Maszyny|Meble|Med|Metal|Narzędzia|Nieruchomości|Ochrona
Ogrody|Okna i Drzwi|Opakowania|Piekarnie|Plast|Recykling|Serwis|Software|Spedycja|Stal|Stolarnia|Studio|Szkło|Tekstylia
Transport|Turystyka|Uzdrowisko|Wydawnictwo
""".strip()
    .replace("\n", "|")
    .split("|")
)

LEGAL_FORMS = [
    "sp. z o.o.",
    "sp. z o.o.",
    "sp. z o.o.",
    "sp. z o.o.",
    "sp. z o.o.",
    "S.A.",
    "S.A.",
    "sp. j.",
    "s.c.",
    "sp. k.",
    "sp. z o.o. sp. k.",
    "P.S.A.",
    "",
]

FOREIGN_LEGAL_FORMS = {
    "Niemcy": ("GmbH", "GmbH & Co. KG", "AG"),
    "Wielka Brytania": ("Ltd", "PLC"),
    "Stany Zjednoczone": ("Inc.", "LLC"),
    "Czechy": ("s.r.o.", "a.s."),
    "Francja": ("S.A.S.", "S.à r.l."),
    "Szwecja": ("AB",),
}

FOREIGN_COMPANIES = (
    """
Albatros|Birkenfeld|Brightwater|Clearbrook|Edelstein|Fjällvik|Granit|Hawthorn & Sons|Ironbridge|Kastanje|Lumière|Meadowlark
Montclair|Nordlicht|Oakfield|Pierrefonds|Riverbend|Silberbach|Stillwater|Vltavan|Windermoor|Zvonek
""".strip()
    .replace("\n", "|")
    .split("|")
)

# The beginning of the postcodes of each city.
CITIES = (
    """
Warszawa:00-|Warszawa:02-|Warszawa:04-|Kraków:30-|Kraków:31-|Łódź:90-|Łódź:93-|Wrocław:50-|Wrocław:53-|Poznań:60-|Poznań:61-|Gdańsk:80-
Gdynia:81-|Szczecin:70-|Szczecin:71-|Bydgoszcz:85-|Lublin:20-|Białystok:15-|Katowice:40-|Częstochowa:42-2|Radom:26-6|Toruń:87-1
Kielce:25-|Rzeszów:35-|Gliwice:44-1|Zabrze:41-8|Olsztyn:10-|Bielsko-Biała:43-3|Zielona Góra:65-|Gorzów Wielkopolski:66-4|Opole:45-
Elbląg:82-3|Płock:09-4|Tarnów:33-1|Koszalin:75-|Kalisz:62-8|Legnica:59-2|Słupsk:76-2|Jelenia Góra:58-5|Nowy Sącz:33-3|Suwałki:16-4
Świdnica:58-1|Żory:44-2|Łomża:18-4|Ostrołęka:07-4|Piła:64-9|Zamość:22-4|Przemyśl:37-7|Środa Wielkopolska:63-0|Żywiec:34-3
""".strip()
    .replace("\n", "|")
    .split("|")
)

STREETS = (
    """
ul. Akacjowa|ul. Armii Krajowej|ul. Bałtycka|ul. Brzozowa|ul. Bursztynowa|ul. Cicha|ul. Ćwiartki|ul. Daleka|ul. Długa|ul. Dworcowa
ul. Fabryczna|ul. Garbarska|ul. Główna|ul. Gołębia|ul. Grunwaldzka|ul. Hutnicza|ul. Jasna|ul. Jesionowa|ul. Kolejowa|ul. Kopernika
ul. Kościuszki|ul. Kwiatowa|ul. Leśna|ul. Lipowa|ul. Łąkowa|ul. Łódzka|ul. Mickiewicza|ul. Młyńska|ul. Morska|ul. Nadbrzeżna|ul. Nowa
ul. Ogrodowa|ul. Okrężna|ul. Piekarska|ul. Piękna|ul. Polna|ul. Portowa|ul. Poznańska|ul. Prosta|ul. Przemysłowa|ul. Rzemieślnicza
ul. Sienkiewicza|ul. Skłodowskiej-Curie|ul. Słoneczna|ul. Sosnowa|ul. Stalowa|ul. Szkolna|ul. Ślusarska|ul. Świerkowa|ul. Targowa
ul. Warszawska|ul. Wąska|ul. Wiśniowa|ul. Wodna|ul. Wrzosowa|ul. Zamkowa|ul. Zielona|ul. Źródlana|ul. Żeromskiego|al. Niepodległości
al. Wolności|pl. Kościelny|os. Słoneczne
""".strip()
    .replace("\n", "|")
    .split("|")
)

PERSON_NOTES = (
    """
Prosi o kontakt po godzinie 14.|Poznana na targach w Poznaniu.|Woli kontakt e-mailowy.|Decyduje o zakupach powyżej 50 tys. zł.
Na urlopie do końca miesiąca.|Polecenie od stałego klienta.|Interesuje się umową serwisową.|Wraca do tematu po zamknięciu kwartału.
Rozmawia chętnie, ale decyzję podejmuje zarząd.|Prosi o ofertę w dwóch wariantach.|Zna nasz produkt z poprzedniej firmy.
Zaprosić na jesienne szkolenie.|Najlepiej dzwonić we wtorki.|Nie przesyłać materiałów reklamowych.
""".strip()
    .replace("\n", "|")
    .split("|")
)

COMPANY_NOTES = (
    """
Klient od 2019 roku, płaci terminowo.|Umowa ramowa do końca przyszłego roku.|Planują nową halę produkcyjną.|Oddział w Łodzi, centrala za granicą.
Przetargi dwa razy w roku, wiosną i jesienią.|Termin płatności 30 dni.|Zainteresowani przedłużeniem gwarancji.|Faktury wyłącznie w formie elektronicznej.
Dostawy tylko do godziny 13.|Wcześniej klient konkurencji.|Rozważają leasing zamiast zakupu.|Wymagają zamówienia z numerem projektu.
""".strip()
    .replace("\n", "|")
    .split("|")
)
