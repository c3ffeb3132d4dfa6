"""Django's page of the same table: one query of 50 rows, one template, no session."""
import os

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpResponse
from django.template import engines
from django.urls import path

settings.configure(
    DEBUG=False,
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="a bench has no secret",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["TABLE"], "CONN_MAX_AGE": None}},
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
)
django.setup()

PAGE = engines["django"].from_string(
    "<!DOCTYPE html><title>Plain</title><table>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>"
    "{% endfor %}</tr>{% endfor %}</table>"
)


def page(request):
    with connection.cursor() as cursor:
        cursor.execute(f'select * from "record_{os.environ["LISTED"]}" order by rowid desc limit 50')
        return HttpResponse(PAGE.render({"rows": cursor.fetchall()}))


urlpatterns = [path("", page)]
application = get_wsgi_application()
