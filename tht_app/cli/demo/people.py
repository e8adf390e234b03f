"""Invented patients: who they are, where they live, and identity numbers that are shaped like real ones."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tht_app.cli.demo.names import full_name, given_name
from tht_app.domain.registration.dates import age_on, is_minor
from tht_app.domain.registration.sex import Sex


@dataclass(frozen=True, slots=True)
class Region:
    """A city or regency of first issue: the first four digits of a NIK, its districts, and how people write it."""

    code: str
    districts: int
    city: str
    province: str


REGIONS = (
    Region("3174", 10, "Jakarta Selatan", "DKI Jakarta"),
    Region("3175", 10, "Jakarta Timur", "DKI Jakarta"),
    Region("3171", 8, "Jakarta Pusat", "DKI Jakarta"),
    Region("3173", 8, "Jakarta Barat", "DKI Jakarta"),
    Region("3276", 11, "Depok", "Jawa Barat"),
    Region("3275", 12, "Bekasi", "Jawa Barat"),
    Region("3271", 6, "Bogor", "Jawa Barat"),
    Region("3273", 30, "Bandung", "Jawa Barat"),
    Region("3674", 7, "Tangerang Selatan", "Banten"),
    Region("3671", 13, "Tangerang", "Banten"),
    Region("3374", 16, "Semarang", "Jawa Tengah"),
    Region("3471", 14, "Yogyakarta", "DI Yogyakarta"),
    Region("3578", 31, "Surabaya", "Jawa Timur"),
    Region("1271", 21, "Medan", "Sumatera Utara"),
    Region("1371", 11, "Padang", "Sumatera Barat"),
)
BIRTH_WEIGHTS = (26, 12, 6, 7, 8, 6, 5, 6, 7, 4, 4, 3, 3, 2, 1)

NEIGHBOURHOODS = (
    ("Kebayoran Baru", "Gandaria Utara", "12140"),
    ("Kebayoran Baru", "Cipete Utara", "12150"),
    ("Kebayoran Lama", "Pondok Pinang", "12310"),
    ("Kebayoran Lama", "Grogol Selatan", "12220"),
    ("Cilandak", "Lebak Bulus", "12440"),
    ("Cilandak", "Pondok Labu", "12450"),
    ("Pasar Minggu", "Pejaten Barat", "12510"),
    ("Pasar Minggu", "Ragunan", "12550"),
    ("Jagakarsa", "Ciganjur", "12630"),
    ("Jagakarsa", "Srengseng Sawah", "12640"),
    ("Tebet", "Tebet Barat", "12810"),
    ("Tebet", "Menteng Dalam", "12870"),
    ("Mampang Prapatan", "Bangka", "12730"),
    ("Pancoran", "Kalibata", "12740"),
    ("Pesanggrahan", "Bintaro", "12330"),
    ("Setiabudi", "Karet Kuningan", "12940"),
)
STREET_NAMES = (
    "Melati Mawar Kenanga Anggrek Cempaka Flamboyan Bougenville Dahlia Teratai Kamboja Rambutan Mangga Duku Manggis "
    "Salak Nangka Merpati Kutilang Cendrawasih Rajawali Kemang Ampera Cilandak Wijaya Darmawangsa Radio Haji-Nawi "
    "Haji-Saleh Pangeran-Antasari Ki-Hajar-Dewantara"
)
OCCUPATION_NAMES = (
    "Karyawan swasta,Wiraswasta,Guru,Pegawai negeri sipil,Ibu rumah tangga,Pengemudi,Pedagang,Buruh pabrik,Perawat,"
    "Satpam,Teknisi,Akuntan,Petugas kebersihan,Pemandu karaoke,Ustaz,Penyiar radio"
)
STREETS = STREET_NAMES.split()
OCCUPATIONS = OCCUPATION_NAMES.split(",")
RELIGIONS = ("Islam", "Islam", "Islam", "Islam", "Islam", "Islam", "Kristen", "Katolik", "Hindu", "Buddha")
EDUCATIONS = ("SD", "SMP", "SMA", "SMA", "D3", "S1", "S1", "S2")
PREFIXES = ("0811", "0812", "0813", "0815", "0817", "0818", "0821", "0852", "0857", "0878", "0896")
AGE_BANDS = ((0, 2, 7), (3, 5, 12), (6, 12, 16), (13, 17, 6), (18, 34, 21), (35, 49, 16), (50, 64, 13), (65, 84, 9))
"""Youngest, oldest, share: what the waiting room of an ENT clinic looks like."""
INSURERS = ("Asuransi Sehat Bersama", "Jaminan Karyawan Nusantara", "Asuransi Mitra Keluarga Sejahtera")


@dataclass(frozen=True, slots=True)
class InventedPatient:
    """A form as the front desk fills it in, and what the visits need to know of the person."""

    form: dict[str, str]
    birth_date: date
    sex: Sex

    def age(self, day: date) -> int:
        """Completed years on that day."""
        return age_on(self.birth_date, day).years


class NikMaker:
    """Makes NIKs that are shaped like real ones and never the same one twice.

    `PPKKCC` region and district of first issue, `DDMMYY` of birth with 40 added to a woman's day, and a serial number
    that counts within the district and the day.
    """

    def __init__(self) -> None:
        """Start with no number given."""
        self._given: dict[str, int] = {}

    def make(self, region: Region, district: int, birth_date: date, *, female: bool) -> str:
        """Give the next number of that district and day; `district` counts from 1."""
        day = birth_date.day + (40 if female else 0)
        head = f"{region.code}{district:02d}{day:02d}{birth_date.month:02d}{birth_date.year % 100:02d}"
        self._given[head] = self._given.get(head, 0) + 1
        return f"{head}{self._given[head]:04d}"


class PatientMaker:
    """Makes patients one after the other, always the same ones for the same random numbers and day."""

    def __init__(self, rng: Random, today: date) -> None:
        """Take the source of chance and the day on which they are registered at the latest."""
        self._rng = rng
        self._today = today
        self._niks = NikMaker()
        self._phones: set[str] = set()
        self._cards: set[str] = set()
        self._people: set[tuple[str, date]] = set()

    def make(self) -> InventedPatient:
        """One patient."""
        rng = self._rng
        female = rng.random() < 0.54
        birth_date = self._birth_date()
        minor = is_minor(birth_date, self._today)
        while ((name := full_name(rng, female=female)).casefold(), birth_date) in self._people:
            pass
        self._people.add((name.casefold(), birth_date))
        form = {
            "name": name,
            "birth_date": birth_date.isoformat(),
            "sex": (Sex.FEMALE if female else Sex.MALE).value,
        }
        form |= self._identity(birth_date, female=female) | self._address() | self._social(birth_date)
        form |= self._guardian() if minor else {"phone": self._phone()}
        if not minor and rng.random() < 0.4:
            form["email"] = self._email(form["name"], form["phone"])
        return InventedPatient(form, birth_date, Sex.FEMALE if female else Sex.MALE)

    def _birth_date(self) -> date:
        youngest, oldest, _ = self._rng.choices(AGE_BANDS, weights=[share for *_, share in AGE_BANDS])[0]
        days = self._rng.randint(youngest * 365 + 60, oldest * 365 + 364)
        return self._today - timedelta(days=days)

    def _identity(self, birth_date: date, *, female: bool) -> dict[str, str]:
        rng, form = self._rng, {"payer": "self"}
        region = rng.choices(REGIONS, weights=BIRTH_WEIGHTS)[0]
        form["birth_place"] = region.city
        young = (self._today - birth_date).days < 200
        if young or rng.random() < 0.04:
            form["nik_missing"] = "newborn" if young else "not_brought"
        else:
            form["nik"] = self._niks.make(region, rng.randint(1, region.districts), birth_date, female=female)
        if rng.random() < 0.55:
            form["bpjs"] = self._card()
        chance = rng.random()
        if "bpjs" in form and chance < 0.62:
            form["payer"] = "bpjs"
        elif chance > 0.88:
            form |= {
                "payer": "insurance",
                "insurer": rng.choice(INSURERS),
                "payer_number": f"{rng.randrange(10**9):09d}",
            }
        return form

    def _card(self) -> str:
        while (card := f"000{self._rng.randrange(10**10):010d}") in self._cards:
            pass
        self._cards.add(card)
        return card

    def _phone(self) -> str:
        while (phone := f"{self._rng.choice(PREFIXES)}{self._rng.randrange(10**7, 10**8)}") in self._phones:
            pass
        self._phones.add(phone)
        return phone

    @staticmethod
    def _email(name: str, phone: str) -> str:
        """An address under a domain that nobody can own (RFC 2606)."""
        words = "".join(
            sign for sign in name.lower().replace(" ", ".") if sign.isascii() and (sign.isalnum() or sign == ".")
        )
        return f"{words}{phone[-3:]}@contoh.example"

    def _address(self) -> dict[str, str]:
        rng = self._rng
        district, village, postal_code = rng.choice(NEIGHBOURHOODS)
        return {
            "street": f"Jl. {rng.choice(STREETS).replace('-', ' ')} No. {rng.randint(1, 148)}",
            "rt": f"{rng.randint(1, 14):03d}",
            "rw": f"{rng.randint(1, 9):03d}",
            "village": village,
            "district": district,
            "city": "Jakarta Selatan",
            "province": "DKI Jakarta",
            "postal_code": postal_code,
        }

    def _social(self, birth_date: date) -> dict[str, str]:
        rng, years = self._rng, age_on(birth_date, self._today).years
        social = {"religion": rng.choice(RELIGIONS)}
        if years >= 22:
            social["occupation"] = "Pensiunan" if years >= 65 else rng.choice(OCCUPATIONS)
            social["education"] = rng.choice(EDUCATIONS)
            social["marital_status"] = "Kawin" if rng.random() < 0.78 else "Belum kawin"
        elif years >= 6:
            social["occupation"] = "Pelajar"
        return social

    def _guardian(self) -> dict[str, str]:
        rng = self._rng
        mother = rng.random() < 0.72
        name = full_name(rng, female=mother)
        return {
            "guardian_name": name if " " in name else f"{name} {given_name(rng, female=mother)}",
            "guardian_relation": "mother" if mother else "father",
            "guardian_phone": self._phone(),
        }
