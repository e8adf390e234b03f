"""Invented Indonesian names: Faker's lists without titles and jokes, and the names that half the country bears."""

from random import Random

from faker.providers.person.id_ID import Provider


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


COMMON_MALE = _words(
    "Muhammad Agus Budi Slamet Eko Hendra Bambang Dedi Andi Rizki Ahmad Yusuf Joko Rudi Wahyu Dimas Bayu Arif Fajar "
    "Iwan Heru Taufik Ridwan Aditya Irfan Asep Ujang Wayan Made Yohanes Stefanus"
)
COMMON_FEMALE = _words(
    "Siti Sri Nur Dewi Rina Ratna Ani Yuni Fitri Indah Lestari Wulan Maria Ayu Putri Rini Endang Sari Dian Nurul "
    "Eka Lina Tuti Yanti Kartini Neneng Euis Ketut Theresia Bernadetta"
)
SECOND_MALE = _words(
    "Rizki Fajar Hidayat Ramadhan Prasetyo Setiawan Gunawan Saputra Nugroho Kurniawan Santoso Wibowo Susanto Suryadi "
    "Hakim Firmansyah Maulana Arifin Syahputra Budiman Purnomo"
)
SECOND_FEMALE = _words(
    "Aminah Rahmawati Nurhaliza Wahyuni Lestari Handayani Puspitasari Kusumawati Anggraini Rahayu Maharani Safitri "
    "Nuraini Hasanah Astuti Utami Khotimah Mulyani Oktaviani Permatasari Susilowati"
)
CLANS = _words(
    "Siregar Nasution Lubis Harahap Simanjuntak Sitompul Manullang Hutapea Situmorang Sinaga Panjaitan Tampubolon "
    "Tanjung Chaniago Pattiasina Latuconsina Rumbiak Karundeng Tarigan Sembiring"
)
CHINESE = _words("Tan Lim Halim Wijaya Salim Gunawan Hartono Kusuma Tanuwijaya Sutanto")
WESTERN = _words("Kevin Jessica Michelle Stephanie Albert Felicia Vincent Angelina William Cynthia")

UNLIKELY = frozenset(
    _words(
        "Cagak Cager Caket Capa Carub Cawuk Cemplunk Cengkal Ciaobella Dacin Dadap Dagel Damu Dasa Elon Eluh Emas "
        "Embuh Emong Empluk Eja Gada Gaduh Galak Galar Garang Gamblang Jail Jaga Kacung Kajen Lamar Laswi Luwar Lurhur "
        "Makuta Maras Manah Muni Olga Opung Oni Pangeran Paris Panca Queen Raden Sakura Timbul Uchita Uda Upik Vega "
        "Vero Warta Xanana Usyi Ilsa Kiandra Unjani Zizi"
    )
)
"""Words in Faker's lists that no clinic has on a card."""

MALE = sorted(set(Provider.first_names_male) - UNLIKELY)
FEMALE = sorted(set(Provider.first_names_female) - UNLIKELY)
LAST_MALE = sorted(set(Provider.last_names_male) - {"Namaga"})
LAST_FEMALE = sorted(set(Provider.last_names_female) - {"Namaga", "Usamah"})


def given_name(rng: Random, *, female: bool) -> str:
    """A first name; the most frequent one is borne by about three people in a hundred, as in the country."""
    if rng.random() < 0.55:
        common = COMMON_FEMALE if female else COMMON_MALE
        return common[min(int(rng.expovariate(1 / 9)), len(common) - 1)]
    return rng.choice(FEMALE if female else MALE)


def full_name(rng: Random, *, female: bool) -> str:
    """A name as an identity card has it: one to three words, no title."""
    kind = rng.random()
    first = given_name(rng, female=female)
    if kind < 0.09:
        return first if len(first) > 2 else f"{first}ah"
    if kind < 0.19:
        return f"{first} {rng.choice(CLANS)}"
    if kind < 0.24:
        return f"{rng.choice(WESTERN)} {rng.choice(CHINESE)}"
    second = rng.choice(SECOND_FEMALE if female else SECOND_MALE)
    last = rng.choice(LAST_FEMALE if female else LAST_MALE)
    if kind < 0.56:
        return f"{first} {last}"
    if kind < 0.84:
        return f"{first} {second}" if second != first else f"{first} {last}"
    words = dict.fromkeys((first, second, last))
    return " ".join(words)
