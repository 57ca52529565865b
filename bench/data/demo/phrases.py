"""The phrases that messages of made-up leads are put together from, by language and by how serious they sound."""

from __future__ import annotations

LANGUAGES = ("en", "es", "pt", "ko")

# language -> (not serious, in between, serious)
SENTENCES: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "en": (
        (
            "Just looking around for home.", "Send me a catalogue.", "I saw your advert, just curious.",
            "Please call me, just a question.",
            "How do I become a dealer, just asking?", "I am looking for a job.",
            "What is this, just curious?", "My remote control at home is broken.",
            "I want to know about warranty at home.", "Is there a discount for students?",
            "Just share a catalogue.",
            "It is for my room at home.", "I need service at home for an old unit.",
            "Just for comparison, no plan yet.",
            "No plan yet, maybe next year.", "Do you also sell phones? Just curious.",
        ),
        (
            "Please send more details.", "We would like to know the price.",
            "Kindly share the specifications.",
            "Is it available in our city?", "Could someone contact us by e-mail?",
            "What sizes do you offer?",
            "We are interested in your products.", "Please advise on the right model.",
            "Do you deliver here?",
            "What is the delivery time?", "Kindly quote your best price.",
            "Looking for a supplier, please reply.",
            "Need information about installation.", "We have a question about power use.",
            "Which accessories are included?", "Thank you in advance, waiting for your reply.",
        ),
        (
            "The budget is approved for this quarter.", "The tender closes at the end of the month.",
            "Our consultant approved the project and the tender is open.",
            "The project needs a site survey this week.",
            "Project drawings are attached for your quotation.",
            "The purchase order for the project will follow the quotation.",
            "The project replaces the units of our site, budget approved.",
            "Please arrange a demo, our board has approved the project.",
            "We have shortlisted two suppliers for the tender.",
            "The tender asks for delivery and installation on site.",
            "Handover of the project is fixed and the budget approved.",
            "We bought from you before and extend the project.",
            "Our procurement team will sign the purchase order.",
            "Please quote for the tender with payment terms.",
            "The contractor of the project is on site already.",
            "The project needs the same specification on every site.",
        ),
    ),
    "es": (
        ("Solo quiero informacion.", "Me pueden llamar?", "Busco trabajo.", "Quiero un catalogo.",
        "Es para mi casa."),
        ("Necesito una cotizacion.", "Favor enviar precios.", "Cuanto cuesta la instalacion?",
         "Quisiera conocer las medidas.", "Tienen entrega en mi ciudad?"),
        ("El presupuesto ya fue aprobado.", "La licitacion cierra este mes.",
        "Necesitamos visita tecnica esta semana.",
         "Adjuntamos los planos del proyecto.", "La orden de compra sale con su cotizacion."),
    ),
    "pt": (
        ("Quero ser revendedor.", "Gostaria de um catalogo.", "Estou so pesquisando.", "Me liguem.",
        "Vi o anuncio."),
        ("Gostaria de um orcamento.", "Qual o preco?", "Enviar mais detalhes, por favor.",
        "Qual o prazo de entrega?",
         "Preciso de informacoes sobre instalacao."),
        ("O orcamento da obra foi aprovado.", "A licitacao fecha no fim do mes.",
        "Precisamos de visita tecnica urgente.",
         "Segue o projeto em anexo.", "O pedido de compra sai com a cotacao."),
    ),
    "ko": (
        ("그냥 궁금합니다.", "카탈로그 보내주세요.", "전화 주세요.", "집에서 쓰려고 합니다."),
        ("견적 부탁드립니다.", "가격이 궁금합니다.", "설치 비용을 알려주세요.", "납기가 어떻게 되나요?"),
        ("예산이 승인되었습니다.", "이번 달 입찰 예정입니다.", "현장 실사를 요청합니다.", "도면을 첨부합니다."),
    ),
}  # fmt: skip

# language -> before the product, before the place, before a quantity, after a quantity
FRAMES: dict[str, tuple[str, str, str, str]] = {
    "en": ("We are asking about ", "It is for a ", "We need ", " units."),
    "es": ("Necesitamos ", "Es para un proyecto de ", "Cantidad: ", " unidades."),
    "pt": ("Precisamos de ", "E para um projeto de ", "Quantidade: ", " unidades."),
    "ko": ("문의 제품: ", "장소: ", "수량: ", "대 필요합니다."),
}
URGENCY: dict[str, tuple[str, str, str]] = {
    "en": ("No hurry.", "In the coming months.", "Urgent, we start within weeks."),
    "es": ("Sin prisa.", "En los proximos meses.", "Es urgente, empezamos pronto."),
    "pt": ("Sem pressa.", "Nos proximos meses.", "E urgente, a obra ja comecou."),
    "ko": ("급하지 않습니다.", "몇 달 안에 필요합니다.", "급합니다. 곧 시작합니다."),
}
GREETINGS = ("", "", "", "Hello, ", "Hi, ", "Dear team,\n", "Good morning, ", "Dear Sir or Madam,\n")
CLOSINGS = (
    "",
    "",
    "",
    " Regards",
    " Thanks",
    "\nThank you,\nbest regards",
    " Pls reply asap",
    " +00 000 000",
)
JUNK = ("XXX", "Price", "price", "hi", "test", ".", "Quote", "need", "info", "AC", "Prices?", "ok", "TV",
"hello",
        "quotation", "Preço", "precio", "견적", "na", "call me")  # fmt: skip
