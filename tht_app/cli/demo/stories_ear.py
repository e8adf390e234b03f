"""Stories of the ear: complaint, findings, diagnosis, plan and medicines that agree with each other."""

from tht_app.cli.demo.scenario import A, B, Diagnosis, Finding, Medicine, O, Procedure, Scenario

D, F, M = Diagnosis, Finding, Medicine
PULANG = "KIE: jangan mengorek telinga, jaga telinga tetap kering."

EAR = (
    Scenario(
        key="serumen-dewasa",
        ages=(15, 90),
        share=8,
        subjective="Telinga {sisi} terasa tersumbat dan pendengaran berkurang sejak {hari} hari, memberat "
        "sesudah keramas. Nyeri (-), telinga berair (-), berdenging (-). Riwayat sering memakai "
        "cotton bud.",
        objective="AD/AS: daun telinga tenang. Liang telinga {sisi}: serumen keras kecokelatan menutup total, "
        "membran timpani belum dapat dinilai. Telinga {lain}: liang lapang, membran timpani utuh, "
        "refleks cahaya (+). Hidung dan tenggorok tenang.",
        assessment="Serumen obturans telinga {sisi}.",
        plan="Serumenolitik 5 hari, kontrol untuk ekstraksi/irigasi serumen, lalu nilai ulang membran timpani. "
        + PULANG,
        procedures=(Procedure("96.52", A, again=True),),
        diagnoses=(D("H61.2", A),),
        findings=(F("ear_canal", "cerumen", A), F("tympanic_membrane", "normal", O)),
        medicines=(M("DOKUSA-TT", "2 x 5 drop", 1, 5, A),),
        follow_up=5,
        control=(
            "Kontrol sesudah memakai obat tetes. Telinga terasa lebih penuh, nyeri (-).",
            "Serumen lunak, diekstraksi dengan suction dan hook. Sesudahnya liang lapang, membran timpani utuh.",
        ),
    ),
    Scenario(
        key="serumen-anak",
        ages=(3, 12),
        share=5,
        lasts=(3, 14),
        subjective="Ibu mengeluh anak sering minta ulang bila dipanggil sejak {hari} hari. Telinga kadang gatal."
        " Demam (-), nyeri (-).",
        objective="Kedua liang telinga terisi serumen kering kehitaman, tidak menutup total di sisi {lain}. "
        "Hidung: sekret (-). Tonsil T1-T1 tenang.",
        assessment="Serumen kedua telinga.",
        plan="Tetes pelunak 4 hari lalu ekstraksi serumen. " + PULANG,
        procedures=(Procedure("96.52", B, again=True),),
        diagnoses=(D("H61.2", B),),
        findings=(F("ear_canal", "cerumen", B), F("tonsil", "t1", B)),
        medicines=(M("KARGLI-TT", "3 x 4 drop", 1, 4, B),),
        follow_up=4,
        control=(
            "Kontrol, anak tidak mengeluh nyeri.",
            "Serumen diekstraksi dari kedua telinga, membran timpani utuh, tenang.",
        ),
    ),
    Scenario(
        key="otitis-eksterna-difusa",
        ages=(16, 65),
        share=6,
        subjective="Nyeri telinga {sisi} sejak {hari} hari, memberat saat mengunyah dan bila daun telinga "
        "ditarik. Telinga gatal sebelumnya, dikorek dengan cotton bud. Pendengaran sedikit berkurang."
        " Demam (-).",
        objective="Telinga {sisi}: nyeri tekan tragus (+), liang telinga sempit, edema dan hiperemis, sekret "
        "serosa sedikit. Membran timpani yang tampak utuh. Telinga {lain} tenang.",
        assessment="Otitis eksterna difusa telinga {sisi}.",
        plan="Toilet telinga, pasang tampon telinga, tetes telinga antibiotik-steroid 7 hari, analgesik 3 hari. "
        + PULANG,
        diagnoses=(D("H60.3", A),),
        findings=(
            F("pinna", "tragus_tender", A),
            F("ear_canal", "oedema", A),
            F("ear_canal", "hyperaemia", A),
            F("tympanic_membrane", "normal", O),
        ),
        medicines=(M("POLINEO-TT", "3 x 3 drop", 1, 7, A), M("IBUPRO-400", "3 x 1 tablet pc", 9, 3)),
        control=(
            "Nyeri jauh berkurang, gatal ringan.",
            "Liang telinga lapang, edema (-), sekret (-), membran timpani utuh.",
        ),
    ),
    Scenario(
        key="furunkel-telinga",
        ages=(16, 60),
        share=3,
        lasts=(2, 4),
        temperature=(36.8, 37.8),
        subjective="Nyeri hebat telinga {sisi} sejak {hari} hari sampai sulit tidur, nyeri saat membuka mulut. "
        "Riwayat mengorek telinga.",
        objective="Telinga {sisi}: nyeri tarik aurikula dan nyeri tekan tragus (+), tampak furunkel di "
        "sepertiga luar liang telinga, belum ada pus. Membran timpani utuh. Telinga {lain} tenang.",
        assessment="Furunkel liang telinga {sisi} (otitis eksterna sirkumskripta).",
        plan="Antibiotik oral 5 hari, analgesik, salep antibiotik tipis di liang telinga. Insisi bila "
        "berfluktuasi. Kontrol 3 hari.",
        diagnoses=(D("H60.0", A),),
        findings=(F("pinna", "tragus_tender", A), F("ear_canal", "furuncle", A), F("tympanic_membrane", "normal", B)),
        medicines=(
            M("SEFADR-500", "2 x 1 capsule pc", 10, 5),
            M("ASMEF-500", "3 x 1 tablet pc", 12, 4),
            M("GENTAM-SLP", "3 x 1 application", 1, 5),
        ),
        follow_up=3,
    ),
    Scenario(
        key="otomikosis",
        ages=(15, 70),
        share=5,
        lasts=(5, 14),
        subjective="Telinga {sisi} sangat gatal sejak {hari} hari disertai rasa penuh. Sering berenang dan "
        "memakai earphone lama. Nyeri ringan.",
        objective="Liang telinga {sisi}: hifa putih dengan bintik hitam, debris seperti kertas basah, hiperemis"
        " ringan. Membran timpani utuh. Telinga {lain} tenang.",
        assessment="Otomikosis telinga {sisi}.",
        plan="Pembersihan debris dengan suction, antijamur topikal, tetes asam asetat, kontrol 7 hari "
        "untuk pembersihan ulang. Hindari air masuk telinga.",
        answers=(("swimming", "regularly", ""),),
        diagnoses=(D("B36.9"), D("H62.2", A)),
        findings=(F("ear_canal", "fungus", A), F("tympanic_membrane", "normal", B)),
        medicines=(
            M("ASETAT-TT", "3 x 4 drop", 1, 7, A),
            M("KLOTRI-KRM", "2 x 1 application", 1, 7),
            M("SETIRI-10", "1 x 1 tablet hs", 7, 7),
        ),
        control=("Gatal berkurang.", "Debris jamur minimal, dibersihkan. Membran timpani utuh."),
    ),
    Scenario(
        key="oma-anak-hiperemis",
        ages=(3, 5),
        share=7,
        lasts=(1, 3),
        temperature=(38.0, 39.2),
        subjective="Anak rewel dan menangis memegang telinga {sisi} sejak {hari} hari, demam, didahului batuk "
        "pilek seminggu. Telinga berair (-).",
        objective="Telinga {sisi}: membran timpani hiperemis dan menonjol, perforasi (-). Telinga {lain}: "
        "membran timpani agak suram. Hidung: konka edema, sekret mukoid. Faring hiperemis ringan.",
        assessment="Otitis media akut telinga {sisi} stadium hiperemis-supurasi pada ISPA.",
        plan="Antibiotik 10 hari, antipiretik bila demam, tetes hidung dekongestan anak paling lama 5 "
        "hari. Kontrol 3 hari, segera kembali bila telinga berair atau bengkak di belakang telinga.",
        diagnoses=(D("H66.0", A), D("J06.9")),
        findings=(
            F("tympanic_membrane", "hyperaemia", A),
            F("tympanic_membrane", "bulging", A),
            F("nasal_secretion", "mucoid", B),
            F("posterior_wall", "hyperaemia"),
        ),
        medicines=(
            M("KOAMOK-312S", "3 x 5 ml dc", 3, 10),
            M("PARASE-120S", "prn 3 x 7,5 ml pc", 1, 3),
            M("OKSIME-025", "2 x 2 drop", 1, 5, B),
        ),
        follow_up=3,
        control=(
            "Demam (-) sejak kemarin, anak sudah aktif.",
            "Membran timpani hiperemis berkurang, menonjol (-), perforasi (-).",
        ),
    ),
    Scenario(
        key="oma-batita",
        ages=(1, 2),
        share=4,
        lasts=(1, 3),
        temperature=(38.0, 39.1),
        subjective="Anak rewel, menarik telinga {sisi}, demam sejak {hari} hari didahului batuk pilek. Malas "
        "minum susu. Telinga berair (-).",
        objective="Telinga {sisi}: membran timpani hiperemis dan menonjol. Telinga {lain}: hiperemis ringan. "
        "Hidung: sekret mukoid kanan-kiri.",
        assessment="Otitis media akut telinga {sisi}.",
        plan="Antibiotik 10 hari karena usia di bawah 2 tahun, antipiretik bila demam, bersihkan ingus. "
        "Kontrol 3 hari. Kembali segera bila tidak mau minum atau bengkak belakang telinga.",
        diagnoses=(D("H66.0", A),),
        findings=(
            F("tympanic_membrane", "hyperaemia", A),
            F("tympanic_membrane", "bulging", A),
            F("nasal_secretion", "mucoid", B),
        ),
        medicines=(
            M("KOAMOK-156S", "3 x 5 ml dc", 3, 10),
            M("PARASE-120S", "prn 3 x 5 ml pc", 1, 3),
            M("NACL-TH", "4 x 2 drop", 1, 5, B),
        ),
        follow_up=3,
        control=("Demam (-), anak kembali minum.", "Membran timpani tidak menonjol, hiperemis berkurang."),
    ),
    Scenario(
        key="oma-perforasi-dewasa",
        ages=(18, 55),
        share=4,
        lasts=(2, 5),
        temperature=(36.9, 37.9),
        subjective="Keluar cairan kental dari telinga {sisi} sejak kemarin, sebelumnya nyeri hebat {hari} hari "
        "dan pilek. Sesudah berair nyeri berkurang. Berdenging (+).",
        objective="Telinga {sisi}: sekret mukopurulen di liang telinga, membran timpani hiperemis dengan "
        "perforasi kecil sentral dan pulsasi. Telinga {lain}: tenang. Hidung: konka edema, sekret "
        "mukopurulen.",
        assessment="Otitis media akut telinga {sisi} stadium perforasi.",
        plan="Toilet telinga, antibiotik oral 7 hari, tetes telinga ofloksasin (tidak ototoksik), "
        "analgesik bila nyeri. Telinga tidak boleh kemasukan air. Kontrol 7 hari.",
        diagnoses=(D("H66.0", A),),
        findings=(
            F("ear_canal", "discharge", A),
            F("tympanic_membrane", "perforation_central", A),
            F("nasal_secretion", "mucopurulent", B),
        ),
        medicines=(
            M("KOAMOK-625", "3 x 1 tablet dc", 21, 7),
            M("OFLOKS-TT", "2 x 10 drop", 2, 7, A),
            M("PARASE-500", "prn 3 x 1 tablet pc", 10, 4),
        ),
        control=("Telinga sudah kering 3 hari.", "Liang kering, perforasi kecil menutup sebagian, hiperemis (-)."),
    ),
    Scenario(
        key="omsk-aman",
        ages=(12, 60),
        share=6,
        lasts=(5, 14),
        problem="Otitis media supuratif kronik tipe aman",
        subjective="Telinga {sisi} berair hilang timbul sejak kecil, kambuh {hari} hari ini sesudah kemasukan "
        "air, cairan kental tidak berbau. Pendengaran berkurang. Pusing berputar (-), nyeri (-).",
        objective="Telinga {sisi}: sekret mukoid di liang, perforasi sentral besar membran timpani, mukosa "
        "kavum timpani edema, kolesteatoma (-), granulasi (-). Telinga {lain}: membran timpani utuh. "
        "Garpu tala: Rinne {sisi} (-), Weber lateralisasi ke {sisi}.",
        assessment="Otitis media supuratif kronik tipe aman aktif telinga {sisi}.",
        plan="Aural toilet, cuci H2O2 3 %, tetes telinga ofloksasin 14 hari. Audiometri nada murni bila "
        "sudah kering, rencana timpanoplasti bila kering 3 bulan. Telinga tidak boleh kemasukan air.",
        diagnoses=(D("H66.1", A),),
        findings=(
            F("ear_canal", "discharge", A),
            F("tympanic_membrane", "perforation_central", A),
            F("tympanic_membrane", "normal", O),
        ),
        medicines=(M("H2O2-3", "2 x 4 drop", 1, 5, A), M("OFLOKS-TT", "2 x 10 drop", 3, 14, A)),
        follow_up=14,
        control=(
            "Telinga kering sejak beberapa hari.",
            "Liang kering, perforasi sentral, mukosa kavum timpani tenang.",
        ),
    ),
    Scenario(
        key="omsk-bahaya",
        ages=(15, 55),
        share=2,
        lasts=(10, 30),
        problem="OMSK tipe bahaya dengan kolesteatoma, rencana mastoidektomi",
        subjective="Telinga {sisi} berair berbau busuk terus-menerus, bertambah {hari} hari ini, kadang "
        "bercampur darah. Pendengaran menurun, sakit kepala (+), wajah mencong (-).",
        objective="Telinga {sisi}: sekret purulen berbau, perforasi atik dengan massa putih seperti mutiara dan"
        " jaringan granulasi. Nervus fasialis utuh, fistula test (-). Telinga {lain} tenang.",
        assessment="Otitis media supuratif kronik tipe bahaya dengan kolesteatoma telinga {sisi}.",
        plan="CT scan mastoid potongan tipis, audiometri, rujuk untuk mastoidektomi. Sementara tetes "
        "telinga dan antibiotik oral. Tanda bahaya dijelaskan: wajah mencong, pusing berputar, nyeri "
        "kepala hebat.",
        diagnoses=(D("H66.2", A), D("H71", A)),
        findings=(
            F("ear_canal", "discharge", A),
            F("tympanic_membrane", "perforation_attic", A),
        ),
        medicines=(M("SIPROF-500", "2 x 1 tablet pc", 20, 10), M("OFLOKS-TT", "2 x 10 drop", 2, 10, A)),
        follow_up=10,
    ),
    Scenario(
        key="ome-anak",
        ages=(4, 9),
        share=5,
        lasts=(30, 90),
        problem="Otitis media efusi, pantau pendengaran",
        subjective="Guru mengeluh anak kurang menyimak, di rumah volume televisi dikeraskan sejak {hari} hari. "
        "Sering pilek. Nyeri telinga (-), telinga berair (-).",
        objective="Kedua membran timpani suram, retraksi, tampak air-fluid level di sisi {sisi}, refleks cahaya"
        " menghilang. Hidung: konka edema pucat, sekret seromukoid. Timpanogram tipe B kedua telinga.",
        assessment="Otitis media efusi bilateral.",
        plan="Observasi 3 bulan dengan audiometri ulang, semprot hidung steroid, manuver meniup balon. "
        "Pipa timpanostomi bila menetap dengan gangguan dengar.",
        diagnoses=(D("H65.9", B),),
        findings=(
            F("tympanic_membrane", "effusion", B),
            F("tympanic_membrane", "retraction", B),
            F("inferior_turbinate", "hypertrophy", B),
        ),
        medicines=(M("FLUTIK-SN", "1 x 1 spray mane", 1, 28, B),),
        follow_up=28,
    ),
    Scenario(
        key="disfungsi-tuba",
        ages=(18, 55),
        share=4,
        lasts=(3, 10),
        subjective="Telinga {sisi} terasa penuh dan bindeng sejak {hari} hari sesudah naik pesawat dalam keadaan"
        " pilek. Nyeri sedikit saat mendarat. Telinga berair (-).",
        objective="Telinga {sisi}: membran timpani retraksi, refleks cahaya memendek, perforasi (-). Telinga "
        "{lain} tenang. Hidung: konka edema, sekret serosa. Timpanogram {sisi} tipe C.",
        assessment="Disfungsi tuba Eustachius telinga {sisi} pada rinitis akut.",
        plan="Manuver Valsalva ringan bila hidung sudah longgar, dekongestan paling lama 5 hari, semprot "
        "hidung steroid. Tunda terbang sampai pilek sembuh.",
        diagnoses=(D("H69.8", A), D("J00")),
        findings=(
            F("tympanic_membrane", "retraction", A),
            F("inferior_turbinate", "hypertrophy", B),
            F("nasal_secretion", "serous", B),
        ),
        medicines=(M("PSELOR-SR", "2 x 1 capsule", 10, 5), M("FLUTIK-SN", "1 x 2 spray mane", 1, 30, B)),
        control=("Rasa penuh hilang.", "Membran timpani posisi normal, refleks cahaya (+)."),
    ),
    Scenario(
        key="ruptur-traumatik",
        ages=(15, 45),
        share=2,
        lasts=(1, 3),
        subjective="Telinga {sisi} nyeri, berdenging dan kurang mendengar sesudah tertampar {hari} hari lalu. "
        "Sempat keluar darah sedikit. Pusing berputar (-).",
        objective="Telinga {sisi}: perforasi membran timpani tepi tidak rata dengan bekuan darah kecil, tanda "
        "infeksi (-). Telinga {lain} tenang. Weber lateralisasi ke {sisi}.",
        assessment="Ruptur membran timpani traumatik telinga {sisi}.",
        plan="Telinga dijaga kering, tidak memakai obat tetes, jangan membuang ingus keras. Analgesik bila"
        " nyeri. Evaluasi penutupan 2 minggu. Visum bila diminta penyidik.",
        diagnoses=(D("S09.2", A),),
        findings=(F("tympanic_membrane", "perforation_central", A), F("tympanic_membrane", "normal", O)),
        medicines=(M("PARASE-500", "prn 3 x 1 tablet pc", 10, 4),),
        follow_up=14,
    ),
    Scenario(
        key="benda-asing-telinga",
        ages=(4, 10),
        share=3,
        lasts=(1, 2),
        subjective="Anak memasukkan manik-manik ke telinga {sisi} sejak {hari} hari. Nyeri ringan, telinga berair (-).",
        objective="Telinga {sisi}: manik-manik plastik di liang telinga bagian luar, laserasi kecil dinding "
        "liang. Sesudah ekstraksi membran timpani utuh. Telinga {lain} tenang.",
        assessment="Benda asing telinga {sisi}, sudah diekstraksi.",
        plan="Ekstraksi dengan hook tumpul berhasil. Tetes antibiotik 3 hari karena luka lecet liang "
        "telinga. KIE pencegahan kepada orang tua.",
        procedures=(Procedure("98.11", A),),
        diagnoses=(D("T16", A),),
        findings=(F("ear_canal", "foreign_body", A), F("tympanic_membrane", "normal", B)),
        medicines=(M("OFLOKS-TT", "2 x 5 drop", 1, 3, A),),
        visit_type="procedure",
    ),
    Scenario(
        key="fistula-preaurikula",
        ages=(12, 30),
        share=2,
        lasts=(3, 6),
        temperature=(36.9, 37.9),
        subjective="Lubang kecil di depan telinga {sisi} sejak lahir, {hari} hari ini bengkak, merah, nyeri dan "
        "keluar nanah.",
        objective="Preaurikula {sisi}: muara fistula dengan edema hiperemis 2 cm, fluktuasi (+), pus (+). Liang"
        " telinga dan membran timpani tenang.",
        assessment="Fistula preaurikula {sisi} terinfeksi dengan abses kecil.",
        plan="Insisi kecil dan drainase, antibiotik oral 7 hari, rawat luka. Eksisi fistula bila tenang 6 minggu.",
        diagnoses=(D("Q18.1", A),),
        findings=(F("pinna", "fistula", A), F("tympanic_membrane", "normal", B)),
        medicines=(
            M("KLINDA-300", "3 x 1 capsule pc", 21, 7),
            M("PARASE-500", "prn 3 x 1 tablet pc", 10, 4),
            M("GENTAM-SLP", "3 x 1 application", 1, 7),
        ),
        follow_up=3,
        visit_type="procedure",
    ),
    Scenario(
        key="nyeri-alih-tmj",
        ages=(20, 50),
        share=2,
        lasts=(4, 14),
        subjective="Nyeri telinga {sisi} sejak {hari} hari terutama saat mengunyah, rahang berbunyi klik, sering"
        " menggeretakkan gigi. Telinga berair (-), pendengaran baik.",
        objective="Kedua telinga tenang, membran timpani utuh. Nyeri tekan sendi temporomandibula {sisi}, klik "
        "(+), bukaan mulut 38 mm.",
        assessment="Nyeri alih telinga {sisi} karena gangguan sendi temporomandibula.",
        plan="Makan lunak, kompres hangat, hindari mengunyah sebelah, antiinflamasi 5 hari. Konsul dokter "
        "gigi untuk splint.",
        diagnoses=(D("K07.6"), D("H92.0", A)),
        findings=(F("tympanic_membrane", "normal", B), F("ear_canal", "normal", B)),
        medicines=(M("NADIKL-50", "2 x 1 tablet pc", 10, 5),),
    ),
)
