"""Word lists of the generated text. Meaning matters little; lengths and shapes of words do."""

NOUNS = """agreement allocation amendment analysis applicant approach area arrangement assessment
asset assumption audit authority balance baseline benchmark benefit board borrower budget building
business campaign capacity capital case cash category change channel claim climate cohort committee
community company compliance component concentration condition consumer contract contribution
control cost council coverage credit currency customer data date deadline debt decision decline
delivery demand department design development device director disclosure distribution district
division donor drainage economy education effect efficiency election emission employee employer
energy engine enrollment environment equipment equity error estimate event evidence exchange
expenditure expense experiment exposure facility factor failure family feature fee field figure
filter finding fiscal-year flow forecast formula framework fuel function fund funding gain goal
government grant growth guidance habitat harvest health highway history household housing impact
income increase index indicator industry inflation information infrastructure initiative
inspection institution instrument insurance interest interval inventory investment investor issue
item judgment key labor laboratory land law lease lender level liability license limit liquidity
loan location loss machine maintenance management manual manufacturer margin market material matter
measure measurement mechanism member method metric migration milestone mission model module
mortgage motion network notice objective obligation offering office officer operation option order
outcome outlook output owner panel parameter participant partner party patient payment penalty
percentage performance permit phase plan plant policy pollution population portfolio position power
practice premium pressure price principle priority procedure process product production program
project property proposal protection protocol provider provision purchase quality quarter rate
ratio reaction receivable record recovery reduction refund region registration regulation relation
release reliability renewal rental repair report requirement research reserve resident resolution
resource response restriction result retention revenue review revision right risk river road role
rule safety salary sale sample scale schedule scheme school science score section sector security
segment selection sensor series service session settlement share shareholder shipment shortage
signal site software soil solution source species stage standard state statement station statute
stock storage strategy strength structure student study subsidiary summary supplier supply support
surface survey sustainability system target tax team technology temperature tenant term test
theory threshold tool total trade training transaction transfer transition transport treatment
trend trust turbine unit university update usage user value variable variation vehicle vendor
version vessel volume vote warranty waste water weight worker workforce year yield zone""".split()

ADJECTIVES = """accurate additional adequate adjusted administrative annual applicable available
average basic broad capital central certain civil clear clinical commercial common comparable
competitive complete complex comprehensive consistent consolidated continuous corporate critical
current deferred detailed direct domestic early economic effective efficient eligible
environmental equal essential estimated existing external fair favorable federal final financial
fixed foreign formal former free full fundamental future general global gross high historical
human important independent individual industrial initial institutional integrated intangible
internal international joint key large late legal light limited liquid local long-term low main
major marginal material maximum mean medical minimum minor mobile modern monthly municipal mutual
national native natural net new non-current normal notable numerical official ongoing open
operating optimal ordinary organic original outstanding overall partial past physical planned
positive potential practical preliminary present previous primary principal prior private
professional proposed public qualified quarterly random rapid raw real recent regional regular
related relevant reliable remote residential responsible rural safe seasonal secondary senior
separate short-term significant similar simple single small so-called social solid special
specific stable standard statistical statutory steady strategic strong structural subsequent
substantial successful sufficient suitable sustainable tangible technical temporary thermal total
traditional typical unaudited underlying unique universal unpaid upper urban useful variable
vertical voluntary vulnerable weak weekly well-known whole wide young zero-based""".split()

VERBS = """accepted achieved acquired added adjusted adopted affected allowed amended analyzed
applied approved assessed assigned assumed attracted avoided balanced built calculated changed
collected combined compared completed computed conducted confirmed considered covered created
decreased defined delivered described designed determined developed disclosed discussed
distributed doubled drove eliminated enabled encouraged established estimated evaluated examined
exceeded excluded expanded expected explained extended facilitated financed followed funded
generated guided helped identified illustrated implemented improved included increased indicated
influenced initiated installed introduced investigated issued launched limited maintained managed
measured met mitigated modified monitored observed obtained offered offset operated outlined
paid performed planned presented prevented produced promoted proposed protected provided published
purchased raised reached recognized recommended recorded reduced reflected replaced reported
represented required resolved restored restricted retained returned reviewed revised sold selected
settled shaped showed signed simulated specified strengthened submitted supported surveyed tested
tracked transferred transformed updated used validated verified weakened""".split()

ADVERBS = """accordingly additionally also approximately consequently currently directly
effectively eventually finally frequently furthermore generally gradually historically however
immediately increasingly indirectly initially largely likewise mainly meanwhile moreover nearly
nevertheless notably often only particularly partly previously primarily principally rapidly
recently relatively respectively significantly similarly slightly sometimes steadily still
subsequently substantially therefore thus together typically ultimately usually""".split()

OPENERS = """As of the date of this report|In addition|For example|By contrast|In particular|On the
other hand|Over the past five years|During the period|Under the terms of the agreement|In light of
these results|At the end of the quarter|As discussed above|With respect to|In accordance with
applicable law|To the extent permitted by law|Subject to the foregoing|For the purposes of this
section|Except as otherwise provided|In most cases|Despite these limitations|Since then|Before
you begin|Where possible|After adjusting for inflation|In the northern region""".replace(
    "\n", " "
).split("|")

ABBREVIATIONS = """U.S.|U.K.|Inc.|Corp.|Ltd.|Co.|e.g.,|i.e.,|No. 7|vs.|approx.|St. Louis|
Dr. Lee|Mr. Adams|Ms. Ortiz|Fig. 3|et al.|Jan. 15|Ph.D.|D.C.|a.m.|p.m.|Vol. 2|
pp. 12–18|cf.|Art. 5""".replace("\n", "").split("|")

UNITS = "mm cm m km kg g mg lb oz % °C kWh MW GB ms Hz kPa L ha ft in. V A W dB ppm".split()

# For locales without their own words in Faker.
OWN_WORDS = {
    "ko": """가격 가능한 가장 같은 개발 결과 경제 계획 고객 공공 과정 관리 교육 국가 국제 규정
    기술 기업 기준 대한 도시 많은 모든 문제 발전 방법 변화 보고서 분석 사업 사회 산업
    상황 생산 서비스 성장 시장 시스템 실시 안전 연구 영향 예산 운영 위한 의료 이용 있는
    자료 전략 정보 정부 정책 조사 주요 증가 지역 통해 투자 평가 필요한 하였다 현재 환경
    활동 효과""".split(),
    "hi": """अधिक अनुसार आदि आर्थिक इस उत्पादन उद्योग उनके एक और कंपनी कर करने
    कार्य कार्यक्रम का की के को क्षेत्र गया जल जाता तथा तक दर देश द्वारा
    नई नहीं ने पर परियोजना प्रतिशत प्रमुख प्रशासन बाजार बैंक भारत मूल्य
    में यह या योजना राज्य राष्ट्रीय रिपोर्ट लिए वर्ष वाले विकास वित्तीय
    विश्लेषण शिक्षा सरकार सामाजिक सुरक्षा से सेवा स्तर स्वास्थ्य हुई है
    हैं होने""".split(),
    "es": """a además ahora análisis año años antes aumento cada cambio capital ciudad como con
    contra contrato control crecimiento cuando datos de del desarrollo desde después
    dirección durante e economía efecto el empresa en entre equipo era es esta estado
    estudio evaluación fue general gestión gobierno gran ha hasta información inversión la
    las ley los mayor medio mercado mismo muy más nacional nivel no nuevo o para parte
    período plan política por precio presupuesto proceso producción programa proyecto
    público que región resultados riesgo se sector según servicio sin sistema sobre social
    su superficie tasa tiempo total trabajo un una valor y ya""".split(),
    "pt": """a ainda além ano anos antes ao aos aumento até base cada capital cidade com como
    condições conta contra crescimento da dados das de depois desenvolvimento do dos durante
    e economia educação em empresa energia entre equipe era esta estado estudo foi gestão
    governo há informações investimento já lei maior mais mercado mesmo município muito na
    nacional não nas no nos nova nível o os ou para parte pela pelo período plano política
    por produção programa projeto público qualidade que região relatório resultados risco
    saúde se segundo sem serviço sistema sobre social sua também taxa tempo total trabalho
    um uma valor""".split(),
}
