from django.db import models


class Work(models.Model):
    title = models.CharField(max_length=300)
    a_name_that_is_much_too_long_for_an_index = models.IntegerField(
        db_index=True
    )


class Reading(models.Model):
    minutes = models.IntegerField()


class Volume(Work, Reading):
    reading = models.OneToOneField(
        Reading, on_delete=models.CASCADE, parent_link=True, related_name="+"
    )
    work = models.OneToOneField(
        Work, on_delete=models.CASCADE, parent_link=True, primary_key=True, related_name="book"
    )


class Audio(Reading):
    voice = models.CharField(max_length=20)


class ChapterOfAVolumeThatHasAVeryLongNameIndeedAndIsCut(models.Model):
    volume = models.ForeignKey(Volume, on_delete=models.CASCADE)
    cited_in = models.ManyToManyField(Volume, related_name="citations")


class Pages(models.Model):
    pk = models.CompositePrimaryKey("volume_id", "number")
    volume = models.ForeignKey(Volume, on_delete=models.CASCADE)
    number = models.IntegerField()
